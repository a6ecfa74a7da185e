import type { PolicyTemplate } from './template.ts';

/** Tools that change what runs. */
const changes = '{deploy,apply,migrate,scale,restart}_*';
const commands = '{execute,run}_{shell,command}';

export const devops: PolicyTemplate = {
  id: 'devops',
  name: 'DevOps',
  description: 'Reads everywhere, changes test environments by itself; production changes go by a person, in working hours',
  rules: [
    {
      name: 'Destruction and ways in',
      description: 'Never part of a deployment, whoever asks.',
      tool_pattern: '*',
      action: 'block',
      conditions: { risk_score_min: 0.7, threat_types: ['destructive_command', 'reverse_shell', 'persistence', 'network_exfiltration', 'prompt_injection'] },
    },
    { name: 'Secrets need a person', description: 'Reading one is as good as having it.', tool_pattern: '*{secret,credential,token,password}*', action: 'require_approval', approval_config: { timeout_minutes: 15 } },
    { name: 'Rollbacks need a person, at any hour', description: 'The way back stays open when production rests.', tool_pattern: 'rollback_*', action: 'require_approval', approval_config: { timeout_minutes: 15 } },
    {
      name: 'Test environments',
      description: 'Named as such, at most 30 changes an hour by one agent: a loop is noticed.',
      tool_pattern: changes,
      action: 'rate_limit',
      rate_limit: { max_requests: 30, window_seconds: 3_600, by: 'agent_id' },
      conditions: { arguments: { '/environment': { in: ['dev', 'development', 'test', 'staging'] } } },
    },
    {
      name: 'Production, in working hours, needs a person',
      description: 'Everything that does not say that it is a test is production. Monday to Thursday, 8 to 16 UTC: set your own hours and zone.',
      tool_pattern: changes,
      action: 'require_approval',
      conditions: { time_window: { days: ['monday', 'tuesday', 'wednesday', 'thursday'], hours_start: 8, hours_end: 16, timezone: 'UTC' } },
      approval_config: { timeout_minutes: 30 },
    },
    { name: 'Production rests', description: 'Nobody is there to notice what breaks.', tool_pattern: changes, action: 'block' },
    {
      name: 'Commands about secrets need a person',
      description: 'A secret is a secret, whichever tool reads it.',
      tool_pattern: commands,
      action: 'require_approval',
      conditions: { argument_pattern: '(?i)secret|token|credential|passw|private|\\.env\\b|\\.pem\\b|id_rsa|id_ed25519' },
      approval_config: { timeout_minutes: 15 },
    },
    {
      name: 'Commands that only look',
      description: 'Plain words after a command that reads; no pipes, no substitutions, nothing after a semicolon.',
      tool_pattern: commands,
      action: 'allow',
      conditions: {
        risk_score_max: 0.3,
        arguments: { '/command': { matches: '^(?:kubectl (?:get|describe|logs|top)|git status|docker (?:ps|logs|stats)|df|free|uptime|systemctl status)(?: [A-Za-z0-9_./:=-]+)*$' } },
      },
    },
    { name: 'Other commands need a person', description: 'A command can be anything.', tool_pattern: '{execute,run,shell,ssh}_*', action: 'require_approval', approval_config: { timeout_minutes: 30 } },
    { name: 'Reading and planning', description: 'What is found harmless by the scanner, too.', tool_pattern: '{get,list,read,describe,search,plan,tail}_*', action: 'allow', conditions: { risk_score_max: 0.6 } },
    { name: 'All else needs a person', description: 'A tool that nobody thought of is shown to a person first.', tool_pattern: '*', action: 'require_approval' },
  ],
};

import type { PolicyTemplate } from './template.ts';

export const customerSupport: PolicyTemplate = {
  id: 'customer-support',
  name: 'Customer Support',
  description: 'Answers customers and looks things up; money, accounts and anything unusual go by a person',
  rules: [
    {
      name: 'Attacks are stopped',
      description: 'Support needs no commands, queries or internal addresses: what looks like that came in with a ticket.',
      tool_pattern: '*',
      action: 'block',
      conditions: {
        risk_score_min: 0.7,
        threat_types: ['shell_injection', 'destructive_command', 'reverse_shell', 'sql_injection', 'code_injection', 'ssrf', 'path_traversal', 'sensitive_file_access', 'network_exfiltration', 'privilege_escalation', 'persistence'],
      },
    },
    {
      name: 'Orders hidden in tickets',
      description: 'A ticket that gives orders to the agent is read by a person before the agent follows it.',
      tool_pattern: '*',
      action: 'require_approval',
      conditions: { risk_score_min: 0.3, threat_types: ['prompt_injection'] },
    },
    { name: 'No deletions, no exports', description: 'Not the work of support, however it is asked for.', tool_pattern: '{delete,export,bulk}_*', action: 'block' },
    {
      name: 'Leaks in messages are cleaned',
      description: 'Card numbers, secrets and other people’s data are masked before a message goes out.',
      tool_pattern: '{send,reply,post}_*',
      action: 'sanitize',
      conditions: { risk_score_min: 0.3, threat_types: ['credential_exposure', 'pii_exposure'] },
    },
    {
      name: 'Messages are counted',
      description: 'A conversation needs no more than 20 messages an hour; a loop does.',
      tool_pattern: '{send,reply,post}_*',
      action: 'rate_limit',
      rate_limit: { max_requests: 20, window_seconds: 3_600, by: 'session_id' },
    },
    {
      name: 'Small refunds',
      description: 'Up to 50, three a day for one customer. An amount that is no number is no small one.',
      tool_pattern: 'refund_*',
      action: 'rate_limit',
      rate_limit: { max_requests: 3, window_seconds: 86_400, by: 'end_user_id' },
      conditions: { arguments: { '/amount': { gt: 0, lte: 50 } } },
    },
    { name: 'All other refunds need a person', description: 'Larger ones, and those whose amount cannot be read.', tool_pattern: 'refund_*', action: 'require_approval', approval_config: { timeout_minutes: 240 } },
    {
      name: 'Changes to accounts need a person',
      description: 'A changed address or password is how accounts are stolen.',
      tool_pattern: '{update,change,reset,merge}_*',
      action: 'require_approval',
      approval_config: { timeout_minutes: 60 },
    },
    { name: 'Looking things up', description: 'What support does all day.', tool_pattern: '{get,list,search,find,lookup,read}_*', action: 'allow' },
    { name: 'All else needs a person', description: 'A tool that nobody thought of is shown to a person first.', tool_pattern: '*', action: 'require_approval' },
  ],
};

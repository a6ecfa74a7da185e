import type { PolicyTemplate } from './template.ts';

const pages = '{fetch,open,browse,navigate,visit}_*';

export const browsingAgent: PolicyTemplate = {
  id: 'browsing-agent',
  name: 'Browsing Agent',
  description: 'Reads the public web at a measured pace; what it sends is cleaned, and what it orders or signs is approved',
  rules: [
    { name: 'Internal addresses are out of bounds', description: 'A page may lead to the cloud’s metadata or to the router; the agent does not follow.', tool_pattern: '*', action: 'block', conditions: { threat_types: ['ssrf'], risk_score_min: 0.3 } },
    {
      name: 'Attacks are stopped',
      description: 'Commands and stolen files come from pages, not from users.',
      tool_pattern: '*',
      action: 'block',
      conditions: { risk_score_min: 0.7, threat_types: ['network_exfiltration', 'reverse_shell', 'shell_injection', 'code_injection', 'destructive_command', 'sensitive_file_access', 'persistence', 'privilege_escalation'] },
    },
    {
      name: 'Orders from pages need a person',
      description: 'What the agent is about to do repeats an order that a page gave it.',
      tool_pattern: '*',
      action: 'require_approval',
      conditions: { threat_types: ['prompt_injection'], risk_score_min: 0.3 },
      approval_config: { timeout_minutes: 30 },
    },
    { name: 'No programs', description: 'Browsing needs none.', tool_pattern: '{execute,run,install,eval}_*', action: 'block' },
    { name: 'Money and contracts need a person', description: 'Orders, payments, subscriptions and sign-ups bind whoever sent the agent.', tool_pattern: '*{pay,buy,purchase,checkout,order,subscribe,sign_up,signup,book}*', action: 'require_approval', approval_config: { timeout_minutes: 15 } },
    {
      name: 'What it types is cleaned',
      description: 'Passwords, keys and personal data do not go into foreign forms.',
      tool_pattern: '{type,fill,submit,post,upload}_*',
      action: 'sanitize',
      conditions: { risk_score_min: 0.3, threat_types: ['credential_exposure', 'pii_exposure'] },
    },
    {
      name: 'Pages over TLS, at a measured pace',
      description: '60 a minute in one session: polite to the sites, and the end of loops.',
      tool_pattern: pages,
      action: 'rate_limit',
      rate_limit: { max_requests: 60, window_seconds: 60, by: 'session_id' },
      conditions: { arguments: { '/url': { starts_with: 'https://' } } },
    },
    { name: 'No other addresses', description: 'Plain HTTP, files, and what cannot be read as an address.', tool_pattern: pages, action: 'block' },
    { name: 'What it sends is watched', description: 'Forms and uploads go on, and stand in the review queue.', tool_pattern: '{submit,post,upload,download}_*', action: 'warn' },
    { name: 'Looking and clicking', description: 'What a browser is for.', tool_pattern: '{click,type,fill,scroll,select,hover,read,find,extract,screenshot,go_back}*', action: 'allow', conditions: { risk_score_max: 0.6 } },
    { name: 'All else needs a person', description: 'A tool that nobody thought of is shown to a person first.', tool_pattern: '*', action: 'require_approval' },
  ],
};

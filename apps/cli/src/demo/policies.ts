/** What a careful team might start with: attacks and some tools never, leaks cleaned, some tools with a person, the rest freely. */
export const demoPolicies = [
  { name: 'What looks like an attack', tool_pattern: '*', action: 'block', priority: 120, conditions: { risk_score_min: 0.9 } },
  { name: 'Secrets do not leave', tool_pattern: '{send_email,post_tweet,http_post}', action: 'sanitize', priority: 110, conditions: { threat_types: ['credential_exposure'] } },
  {
    name: 'Never wipe a disk',
    tool_pattern: '*',
    action: 'block',
    priority: 100,
    conditions: { argument_pattern: String.raw`(?i)\brm\s+-[a-z]*r[a-z]*f[a-z]*\s+/|\bmkfs\b|\bdrop\s+(database|table)\b` },
  },
  { name: 'No shells on other hosts', tool_pattern: '{ssh,docker,kubectl}_exec', action: 'block', priority: 90 },
  {
    name: 'Large payments need a person',
    tool_pattern: '*payment*',
    action: 'require_approval',
    priority: 80,
    conditions: { arguments: { '/amount': { gt: 1000 } } },
    approval_config: { timeout_minutes: 30 },
  },
  { name: 'Messages leave with a person’s word', tool_pattern: '{send_email,post_tweet,http_post}', action: 'require_approval', priority: 70 },
  { name: 'New users need a person', tool_pattern: '{create,delete,update}_user*', action: 'require_approval', priority: 70 },
  {
    name: 'Writing SQL needs a person',
    tool_pattern: '{db_query,run_sql,execute_query}',
    action: 'require_approval',
    priority: 60,
    conditions: { argument_pattern: String.raw`(?i)\b(insert|update|delete|alter|grant|truncate)\b` },
  },
  { name: 'Shells are watched', tool_pattern: '{execute_shell,bash,run_command,run_powershell}', action: 'warn', priority: 50 },
] as const;

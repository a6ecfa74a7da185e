import type { PolicyTemplate } from './template.ts';

const queries = '{run,execute}_{sql,query}';

export const dataAnalyst: PolicyTemplate = {
  id: 'data-analyst',
  name: 'Data Analyst',
  description: 'Queries and charts freely; what writes, or leaves the house, goes by a person, and personal data is masked on its way out',
  rules: [
    {
      name: 'Attacks are stopped',
      description: 'Analysis needs no shells and no destruction. (Give the database role no right to write, either.)',
      tool_pattern: '*',
      action: 'block',
      conditions: { risk_score_min: 0.7, threat_types: ['shell_injection', 'destructive_command', 'code_injection', 'reverse_shell', 'network_exfiltration', 'sensitive_file_access', 'privilege_escalation', 'ssrf', 'persistence'] },
    },
    {
      name: 'Statements that write need a person',
      description: 'Also where they hide: in a CTE, behind EXPLAIN ANALYZE, after a semicolon.',
      tool_pattern: queries,
      action: 'require_approval',
      conditions: { argument_pattern: '(?i)\\b(?:insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|into|copy)\\b' },
    },
    {
      name: 'Injected SQL needs a person',
      description: 'A query put together from foreign text is read before it runs.',
      tool_pattern: queries,
      action: 'require_approval',
      conditions: { risk_score_min: 0.3, threat_types: ['sql_injection', 'prompt_injection'] },
    },
    {
      name: 'Queries',
      description: 'One statement that begins by reading; 60 a minute in one session.',
      tool_pattern: queries,
      action: 'rate_limit',
      rate_limit: { max_requests: 60, window_seconds: 60, by: 'session_id' },
      conditions: { arguments: { '/query': { matches: '(?i)^\\s*(?:select|with|explain|show|describe)\\b[^;]*;?\\s*$' } } },
    },
    {
      name: 'Personal data is masked on its way out',
      description: 'Results travel without the people in them; what is left is judged by the rules below.',
      tool_pattern: '{send,post,publish,share,upload,export,write}_*',
      action: 'sanitize',
      conditions: { risk_score_min: 0.3, threat_types: ['pii_exposure', 'credential_exposure'] },
    },
    { name: 'Small exports', description: 'Up to 1,000 rows, as the call says.', tool_pattern: 'export_*', action: 'allow', conditions: { arguments: { '/rows': { gte: 0, lte: 1_000 } } } },
    { name: 'What leaves needs a person', description: 'Larger exports, mails, uploads, published reports.', tool_pattern: '{send,post,publish,share,upload,export}_*', action: 'require_approval', approval_config: { timeout_minutes: 120 } },
    { name: 'Reading and drawing', description: 'What an analyst does all day.', tool_pattern: '{read,list,get,search,describe,create_chart,create_report,render}*', action: 'allow', conditions: { risk_score_max: 0.6 } },
    { name: 'All else needs a person', description: 'A tool that nobody thought of is shown to a person first.', tool_pattern: '*', action: 'require_approval' },
  ],
};

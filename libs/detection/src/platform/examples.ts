import type { Example, Rule } from '../rule.ts';
import type { Severity, ThreatType } from '../threat.ts';

export const shell = (command: string): Example => ({ tool: 'execute_shell', arguments: { command } });
export const powershell = (script: string): Example => ({ tool: 'run_powershell', arguments: { script } });
export const cmd = (command: string): Example => ({ tool: 'run_cmd', arguments: { command } });
export const python = (code: string): Example => ({ tool: 'run_python', arguments: { code } });
export const sql = (statement: string): Example => ({ tool: 'db_query', arguments: { sql: statement } });
export const read = (path: string): Example => ({ tool: 'read_file', arguments: { path } });
export const write = (path: string, content: string): Example => ({ tool: 'write_file', arguments: { path, content } });
export const call = (tool: string, toolArguments: Readonly<Record<string, unknown>>): Example => ({ tool, arguments: toolArguments });

/** One line of a rule table: severity and words, then what it fires on and what it leaves alone. */
export function ruleOf(id: string, type: ThreatType, severity: Severity, sees: string, positive: Example, nearMiss: Example, source?: string): Rule {
  return { id, type, severity, sees, positive, nearMiss, ...(source !== undefined && { source }) };
}

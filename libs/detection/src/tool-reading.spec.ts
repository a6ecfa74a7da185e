import { describe, expect, it } from '@jest/globals';
import { ToolReading, words } from './tool-reading.ts';

const placeOf = (tool: string, field: string, siblings: Record<string, unknown> = {}, type?: string) =>
  new ToolReading().placeOf(type, { tool, text: 'x', path: `/${field}`, field: words(field), siblings: { ...siblings, [field]: 'x' } });

describe('how a field is read', () => {
  it.each([
    ['bash', 'script', 'shell'],
    ['executeShell', 'command', 'shell'],
    ['ssh_exec', 'command', 'shell'],
    ['create_cron_job', 'command', 'shell'],
    ['run_powershell', 'script', 'powershell'],
    ['run_cmd', 'command', 'cmd'],
    ['bash', 'input', 'shell'],
    ['mcp__terminal', '__arg1', 'shell'],
    ['run_shell_command', 'text', 'shell'],
    ['bash', 'code', 'shell'],
    ['bash', 'description', 'prose'],
    ['python_repl', 'query', 'code'],
    ['run_sql', 'input', 'sql'],
    ['shell_sort', 'input', 'path'],
    ['run_sql', 'query', 'sql'],
    ['execute_query', 'statement', 'sql'],
    ['db_query', 'sql', 'sql'],
    ['web_search', 'query', 'value'],
    ['search_products', 'query', 'value'],
    ['run_python', 'code', 'code'],
    ['apply_coupon', 'code', 'value'],
    ['create_order', 'country_code', 'value'],
    ['review_snippet', 'code', 'code'],
    ['edit_file', 'new_text', 'code'],
    ['evaluate_formula', 'expression', 'code'],
    ['read_file', 'path', 'path'],
    ['extract_archive', 'entry', 'path'],
    ['create_backup', 'filename', 'path'],
    ['copy_file', 'source', 'path'],
    ['fetchUrl', 'url', 'url'],
    ['download_image', 'src', 'url'],
    ['ping_host', 'host', 'host'],
    ['convert_to_pdf', 'html', 'markup'],
    ['send_email', 'body', 'prose'],
    ['send_email', 'to', 'address'],
    ['create_issue', 'title', 'prose'],
    ['ask_llm', 'prompt', 'prose'],
    ['login_user', 'password', 'secret'],
    ['login_user', 'username', 'value'],
    ['get_customer', 'customer_id', 'value'],
  ])('%s, %s: %s', (tool, field, role) => {
    expect(placeOf(tool, field)!.role).toBe(role);
  });

  it.each([
    ['deploy.sh', 'shell'],
    ['/etc/cron.d/report', 'shell'],
    ['install.ps1', 'powershell'],
    ['run.bat', 'cmd'],
    ['001_users.sql', 'sql'],
    ['README.md', 'prose'],
    ['index.html', 'markup'],
    ['src/app.ts', 'code'],
    ['config/settings.yaml', 'code'],
  ])('content written to %s: %s', (path, role) => {
    expect(placeOf('write_file', 'content', { path })).toMatchObject({ role, file: path });
  });

  it.each([
    ['filePath beside fileContents', 'create_file', { filePath: '/etc/cron.d/x', fileContents: 'x' }, 'fileContents', 'shell'],
    ['a target object', 'fs.writeText', { target: { uri: 'file:///srv/run.sh' }, body: 'x' }, 'body', 'shell'],
    ['a name that is a file', 'workspace_save', { name: 'deploy.sh', data: 'x' }, 'data', 'shell'],
    ['a name that is none', 'create_user', { name: 'Ann', body: 'x' }, 'body', 'prose'],
    ['lines under any name', 'create_workflow', { path: 'ci.sh', steps: 'a\nb' }, 'steps', 'shell'],
    ['a key that is the file', 'write_files', { '/etc/cron.d/job': 'x' }, '/etc/cron.d/job', 'shell'],
    ['a remark on a file', 'add_review_comment', { path: 'src/run.sh', body: 'x' }, 'body', 'prose'],
    ['an edit', 'multi_edit', { file: 'a/b.php', oldText: 'x', newText: 'y' }, 'newText', 'code'],
  ] as const)('finds the file that content belongs to: %s', (_what, tool, siblings, field, role) => {
    const text = String((siblings as Record<string, unknown>)[field]);
    expect(new ToolReading().placeOf(undefined, { tool, text, path: `/${field.replaceAll('/', '~1')}`, field: words(field), siblings })!.role).toBe(role);
  });

  it.each(['command', 'cmd', 'args', 'run', 'script'])('reads a command as one, whatever file is named beside it: %s', (field) => {
    const leaf = { text: 'cd x\nmake', path: `/${field}`, field, siblings: { [field]: 'cd x\nmake', path: 'notes.md', file: 'a.txt' } };
    expect(new ToolReading().placeOf(undefined, { tool: 'run_it', ...leaf })!.role).toBe('shell');
  });

  it.each([['url', 'url'], ['path', 'path'], ['host', 'host'], ['password', 'secret'], ['to', 'address']])('reads an address, a path or a secret as one, also with a line end: %s', (field, role) => {
    const leaf = { text: 'x\n', path: `/${field}`, field, siblings: { [field]: 'x\n', file: 'a.txt' } };
    expect(new ToolReading().placeOf(undefined, { tool: 'do_it', ...leaf })!.role).toBe(role);
  });

  it('finds the file of an edit in the object around the edits', () => {
    const leaf = { text: 'x', path: '/edits/0/newText', field: 'new_text', siblings: { oldText: '', newText: 'x' }, outer: { path: '.git/hooks/pre-push', edits: [] } };
    expect(new ToolReading().placeOf(undefined, { tool: 'edit_file', ...leaf })).toMatchObject({ file: '.git/hooks/pre-push' });
  });

  it('reads what is typed into a terminal as a command', () => {
    const typed = (text: string) => new ToolReading().placeOf(undefined, { tool: 'computer', text, path: '/text', field: 'text', siblings: { action: 'type', text } })!.role;
    expect(typed('sudo reboot\n')).toBe('shell');
    expect(typed('Dear Ann,\nsee you soon\n')).toBe('prose');
  });

  it('reads a list of words as one command line, and of lines as one program', () => {
    const listed = (tool: string, field: string) => new ToolReading().placeOf(undefined, { tool, text: 'rm -rf /', path: '/x', field, siblings: {}, listed: 'words' })?.role;
    expect(listed('run_process', 'args')).toBe('shell');
    expect(listed('send_email', 'to')).toBeUndefined();
  });

  it.each([
    ['bash', { x: 'ls' }, 'x', 'shell'],
    ['bash', { command: 'ls', x: 'ls' }, 'x', 'value'],
    ['bash', { session_id: 'ls' }, 'session_id', 'value'],
    ['run_query', { x: 'ls' }, 'x', 'sql'],
    ['execute_code', { x: 'ls' }, 'x', 'code'],
    ['powershell', { x: 'ls' }, 'x', 'powershell'],
    ['run_sql', { args: 'ls' }, 'args', 'sql'],
    ['update_ticket', { x: 'ls' }, 'x', 'value'],
  ])('reads what a tool is given that runs it, whatever the name: %s %j, %s', (tool, given, field, role) => {
    expect(new ToolReading().placeOf(undefined, { tool, text: 'ls', path: `/${field}`, field, siblings: given, given })!.role).toBe(role);
  });

  it('follows the type of a tool that its name does not tell', () => {
    expect(placeOf('do_it', 'query', {}, 'sql')!.role).toBe('sql');
    expect(placeOf('do_it', 'query')!.role).toBe('value');
  });

  it.each([
    [{ language: 'bash', code: 'x' }, 'code', 'shell', ''],
    [{ interpreter: '/usr/bin/python3.11', script: 'x' }, 'script', 'code', 'py'],
    [{ lang: 'SQL', body: 'x' }, 'body', 'sql', ''],
    [{ runtime: 'nodejs20.x', source: 'x' }, 'source', 'code', 'js'],
    [{ language: 'de', body: 'x' }, 'body', 'prose', ''],
    [{ language: 'bash', title: 'x' }, 'title', 'prose', ''],
  ])('reads program text in the language that is named beside it: %j', (siblings, field, role, language) => {
    expect(new ToolReading().placeOf(undefined, { tool: 'save_snippet', text: 'x', path: `/${field}`, field, siblings })).toMatchObject({ role, language });
  });

  it.each([
    ['user_data', '#!/bin/bash\nls\n', 'shell'],
    ['dockerfile', 'FROM alpine\nRUN ls\n', 'shell'],
    ['user_data', 'nothing', 'value'],
  ])('reads a script or a file of commands as one, whatever holds it: %s', (field, text, role) => {
    expect(new ToolReading().placeOf(undefined, { tool: 'create_vm', text, path: `/${field}`, field, siblings: {} })!.role).toBe(role);
  });

  it('reads lines in a field for a manifest as one', () => {
    const leaf = (text: string) => ({ tool: 'apply', text, path: '/manifest', field: 'manifest', siblings: {} });
    expect(new ToolReading().placeOf(undefined, leaf('kind: Pod\nspec: {}'))).toMatchObject({ role: 'code', language: 'yaml' });
    expect(new ToolReading().placeOf(undefined, leaf('web'))).toMatchObject({ role: 'value' });
  });

  it('knows the language of code from the tool or the file', () => {
    expect(placeOf('run_python', 'code')!.language).toBe('py');
    expect(placeOf('write_file', 'content', { path: 'a/B.PHP' })!.language).toBe('php');
  });

  it('is not confused by names that every object has', () => {
    expect(placeOf('constructor', '__proto__')!.role).toBe('value');
    expect(placeOf('x'.repeat(100_000), 'toString')!.role).toBe('value');
  });
});

import { describe, expect, it } from '@jest/globals';
import { ToolReading, words } from './tool-reading.ts';

const placeOf = (tool: string, field: string, siblings: Record<string, unknown> = {}, type?: string) =>
  new ToolReading().placeOf(tool, type, { text: 'x', path: `/${field}`, field: words(field), siblings: { ...siblings, [field]: 'x' } });

describe('how a field is read', () => {
  it.each([
    ['bash', 'script', 'shell'],
    ['executeShell', 'command', 'shell'],
    ['ssh_exec', 'command', 'shell'],
    ['create_cron_job', 'command', 'shell'],
    ['run_powershell', 'script', 'powershell'],
    ['run_cmd', 'command', 'cmd'],
    ['run_sql', 'query', 'sql'],
    ['execute_query', 'statement', 'sql'],
    ['db_query', 'sql', 'sql'],
    ['web_search', 'query', 'value'],
    ['search_products', 'query', 'value'],
    ['run_python', 'code', 'code'],
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
    expect(placeOf(tool, field).role).toBe(role);
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

  it('follows the type of a tool that its name does not tell', () => {
    expect(placeOf('do_it', 'query', {}, 'sql').role).toBe('sql');
    expect(placeOf('do_it', 'query').role).toBe('value');
  });

  it('knows the language of code from the tool or the file', () => {
    expect(placeOf('run_python', 'code').language).toBe('py');
    expect(placeOf('write_file', 'content', { path: 'a/B.PHP' }).language).toBe('php');
  });

  it('is not confused by names that every object has', () => {
    expect(placeOf('constructor', '__proto__').role).toBe('value');
    expect(placeOf('x'.repeat(100_000), 'toString').role).toBe('value');
  });
});

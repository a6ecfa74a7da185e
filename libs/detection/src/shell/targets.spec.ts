import { describe, expect, it } from '@jest/globals';
import { isDevice, pathOf, targetOf } from './targets.ts';

describe('a path that a command is about', () => {
  it.each([
    ['/tmp/../etc//', '/etc'],
    ['/*', '/'],
    ['/home/./x/*', '/home/x'],
    ['../../x', '../../x'],
    ['C:\\Windows\\', '/drive-c/Windows'],
    ['./build/', 'build'],
  ])('%s is %s', (written, path) => {
    expect(pathOf(written)).toBe(path);
  });

  it.each([
    ['/', 'root'],
    ['//*', 'root'],
    ['/./.', 'root'],
    ['C:\\', 'root'],
    ['/mnt/c', 'root'],
    ['/etc', 'system'],
    ['/usr/bin/*', 'system'],
    ['/var/lib/postgresql', 'system'],
    ['/etc/passwd', 'system'],
    ['~', 'home'],
    ['$HOME/*', 'home'],
    ['/home/kim', 'home'],
    ['/root/.ssh', 'home'],
    ['/backups', 'data'],
    ['/var/log/*', 'logs'],
    ['/var/log/auth.log', 'logs'],
    ['~/.bash_history', 'history'],
    ['*', 'around'],
    ['..', 'around'],
  ])('%s means %s', (written, target) => {
    expect(targetOf(written)).toBe(target);
  });

  it.each(['node_modules', './dist', '/tmp/x', '/home/kim/project', '/var/lib/apt/lists/*', '/usr/local/go', '/etc/nginx/sites-enabled/default', '/var/cache/apk/*', '~/.cache/pip', '/opt/hostedtoolcache', '*.log', ''.padEnd(9_000, 'x/')])('%s means nothing to the machine', (written) => {
    expect(targetOf(written)).toBeUndefined();
  });

  it.each([['/dev/sda', true], ['/dev/nvme0n1', true], ['/dev/mapper/vg-root', true], ['/dev/null', false], ['/dev/tty', false], ['/dev/stdout', false]])('%s is a disk: %s', (path, disk) => {
    expect(isDevice(path)).toBe(disk);
  });
});

import { describe, expect, it } from '@jest/globals';
import { plainPath } from './plain-path.ts';
import { secretFileAt } from './secret-files.ts';
import { startFileAt } from './start-files.ts';

describe('plain paths', () => {
  it.each([
    ['/etc//./shadow', '/etc/shadow'],
    ['../../etc/passwd', 'etc/passwd'],
    ['/etc/passwd\0.png', '/etc/passwd'],
    ['C:\\Windows\\System32\\..\\win.ini', 'c:/windows/win.ini'],
    ['%USERPROFILE%\\.ssh\\id_rsa', '~/.ssh/id_rsa'],
    ['/home/maria/.aws/credentials', '~/.aws/credentials'],
    ['/root/.netrc', '~/.netrc'],
    ['$HOME/.kube/config', '~/.kube/config'],
    ['file:///etc/group', '/etc/group'],
  ])('%j is %s', (path, plain) => {
    expect(plainPath(path)).toBe(plain);
  });
});

describe('secret files', () => {
  it.each([
    ['/etc/shadow', 'files.account-database'],
    ['C:\\Windows\\System32\\config\\SAM', 'files.account-database'],
    ['~/.ssh/id_ed25519', 'files.ssh-key'],
    ['.env.production', 'files.environment-file'],
    ['~/Library/Keychains/login.keychain-db', 'files.password-store'],
    ['/proc/self/environ', 'files.process-memory'],
    ['/var/run/docker.sock', 'files.container-secrets'],
    ['~/.config/google-chrome/Default/Cookies', 'files.browser-profile'],
  ])('%s is one: %s', (path, rule) => {
    expect(secretFileAt(plainPath(path))?.rule.id).toBe(rule);
  });

  it.each(['.env.example', '.env.test', 'docs/security.md', 'tests/fixtures/passwd.txt', '~/.ssh/id_rsa.pub', 'src/config/secrets.ts', 'packages/chrome/default/index.ts', '/etc/nginx/nginx.conf', '/etc/hosts', 'src/history.ts'])('%s is none', (path) => {
    expect(secretFileAt(plainPath(path))).toBeUndefined();
  });
});

describe('files from which programs are started', () => {
  it.each([
    ['/etc/cron.d/report', 'persistence.cron'],
    ['/home/a/.bashrc', 'persistence.shell-profile'],
    ['.git/hooks/pre-push', 'persistence.git-hook'],
    ['/etc/ld.so.preload', 'persistence.library-preload'],
    ['C:\\Users\\a\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\a.bat', 'persistence.startup-folder'],
  ])('%s is one: %s', (path, rule) => {
    expect(startFileAt(plainPath(path))?.rule.id).toBe(rule);
  });

  it.each(['src/cron/jobs.ts', 'docs/profile.md', 'hooks/use-user.ts'])('%s is none', (path) => {
    expect(startFileAt(plainPath(path))).toBeUndefined();
  });
});

/** Longest path looked at; of a longer one, the end. */
const MAX_LENGTH = 2_048;

const HOME = /^(?:~[a-z0-9_.-]*|\$home|\$\{home\}|\$env:(?:userprofile|home)|%userprofile%|%homepath%|\/(?:home|users)\/[^/]+|\/(?:var\/)?root|[a-z]:\/(?:users|documents and settings)\/[^/]+)(?=\/|$)/;
const APP_DATA = /^(?:%(?:local)?appdata%|\$env:(?:local)?appdata)(?=\/|$)/;
const SYSTEM_ROOT = /^(?:%(?:systemroot|windir)%|\$env:(?:systemroot|windir)|\/\/[?.]\/globalroot\/device\/harddiskvolumeshadowcopy[^/]*\/windows|\\systemroot)(?=\/|$)/;

/**
 * A path in one spelling: lower-case, slashes forward, `.` and `..` and doubled slashes resolved, cut at a NUL; a home, in whatever words, is `~`.
 * A traversal out of an unknown folder is dropped: `../../etc/passwd` -> `etc/passwd`.
 */
export function plainPath(path: string): string {
  const cut = path.slice(-MAX_LENGTH).split('\0', 1)[0] ?? '';
  const slashed = cut
    .trim()
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/^["'`]+|["'`]+$/g, '')
    .replace(/^file:\/\/(?:localhost)?/, '')
    .replace(/%00.{0,32}$/, '');
  const rooted = slashed.replace(SYSTEM_ROOT, 'c:/windows').replace(APP_DATA, '~/appdata');
  const kept: string[] = [];
  for (const part of rooted.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' || part === '...') kept.pop();
    else kept.push(part);
  }
  return `${rooted.startsWith('/') ? '/' : ''}${kept.join('/')}`.replace(HOME, '~');
}

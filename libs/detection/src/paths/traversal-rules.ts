import type { Rule } from '../rule.ts';

const PATT = 'PayloadsAllTheThings, Directory Traversal';

export const climbToSystem = {
  id: 'path.climb-to-system',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a path that climbs out of its folder to a system file, a key or server configuration',
  positive: { tool: 'read_file', arguments: { path: 'uploads/../../../etc/passwd' } },
  nearMiss: { tool: 'read_file', arguments: { path: '../../packages/etc/README.md' } },
  source: 'CWE-22; ATT&CK T1083',
} as const satisfies Rule;

export const writtenClimb = {
  id: 'path.written-climb',
  type: 'path_traversal',
  severity: 'medium',
  sees: 'program text for a file that climbs to a system file',
  positive: { tool: 'write_file', arguments: { path: 'src/load.js', content: "readFileSync('../../../../etc/passwd')" } },
  nearMiss: { tool: 'write_file', arguments: { path: 'src/load.js', content: "readFileSync('../../../../package.json')" } },
  source: 'CWE-22',
} as const satisfies Rule;

export const manyClimbs = {
  id: 'path.many-climbs',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a path that climbs further than any tree of sources is deep',
  positive: { tool: 'read_file', arguments: { path: '../../../../../../../../data/db.sqlite' } },
  nearMiss: { tool: 'read_file', arguments: { path: '../../../../node_modules/zod/package.json' } },
  source: PATT,
} as const satisfies Rule;

export const farClimb = {
  id: 'path.far-climb',
  type: 'path_traversal',
  severity: 'medium',
  sees: 'a path that climbs far above its folder, or a climb in a value that is no path',
  positive: { tool: 'get_article', arguments: { category: '../../drafts/secret' } },
  nearMiss: { tool: 'read_file', arguments: { path: '../../shared/config.ts' } },
  source: 'CWE-22',
} as const satisfies Rule;

export const aboveRoot = {
  id: 'path.above-root',
  type: 'path_traversal',
  severity: 'high',
  sees: 'an absolute path or URL path that climbs above its root',
  positive: { tool: 'list_directory', arguments: { path: '/../../../../data' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://example.com/a/b/../../c' } },
  source: PATT,
} as const satisfies Rule;

export const leavesFolder = {
  id: 'path.leaves-named-folder',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a path that enters a folder only to climb out of the one above it: a folder of uploads, a tenant’s own',
  positive: { tool: 's3_put_object', arguments: { bucket: 'uploads', key: 'tenant-a/../../tenant-b/invoice.pdf' } },
  nearMiss: { tool: 'read_file', arguments: { path: 'packages/api/../web/README.md' } },
  source: 'CWE-22',
} as const satisfies Rule;

export const climbInside = {
  id: 'path.climb-inside-server',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a URL that climbs from a public part of a server to one that it keeps for itself',
  positive: { tool: 'http_get', arguments: { url: 'https://api.example.com/v1/users/../../admin/keys' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://docs.example.com/v1/users/../../v2/keys' } },
  source: 'CWE-23',
} as const satisfies Rule;

export const encodedDots = {
  id: 'path.encoded-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb whose dots or separators are percent-encoded',
  positive: { tool: 'read_file', arguments: { path: '%2e%2e/%2e%2e/data/users.db' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://example.com/next?to=docs%2Fintro%2Ehtml' } },
  source: `${PATT}, URL Encoding`,
} as const satisfies Rule;

export const doubleEncoded = {
  id: 'path.double-encoded-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb encoded twice, so that one decoding does not show it',
  positive: { tool: 'load_template', arguments: { template: '%252e%252e%252fmail' } },
  nearMiss: { tool: 'read_file', arguments: { path: 'reports/growth-25%2520.txt' } },
  source: `${PATT}, Double URL Encoding`,
} as const satisfies Rule;

export const overlong = {
  id: 'path.overlong-utf8',
  type: 'path_traversal',
  severity: 'high',
  sees: 'dots or separators of a path in overlong or broken UTF-8',
  positive: { tool: 'read_file', arguments: { path: '..%c0%af..%c0%afdata' } },
  nearMiss: { tool: 'read_file', arguments: { path: 'notes/caf%C3%A9/../menu.txt' } },
  source: 'CVE-2000-0884; RFC 3629, section 10',
} as const satisfies Rule;

export const wide = {
  id: 'path.wide-encoded-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb written with %u escapes or full-width characters that servers fold to dots and separators',
  positive: { tool: 'open_document', arguments: { doc: '..%u2216..%u2216data' } },
  nearMiss: { tool: 'open_document', arguments: { doc: '报告／2026.docx' } },
  source: `${PATT}, UTF-8 Unicode Encoding`,
} as const satisfies Rule;

export const hexWritten = {
  id: 'path.hex-written-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb whose dots or separators are written as 0x2e, 0x2f or 0x5c',
  positive: { tool: 'read_file', arguments: { path: '0x2e0x2e0x2f0x2e0x2e0x2fdata' } },
  nearMiss: { tool: 'read_file', arguments: { path: '../dumps/0x2e-frame.bin' } },
  source: 'DotDotPwn, encodings of dots and slashes',
} as const satisfies Rule;

export const parameterClimb = {
  id: 'path.parameter-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb with a path parameter (`..;/`), which proxies let through and servlet containers resolve',
  positive: { tool: 'http_get', arguments: { url: 'https://app.example.com/..;/manager/html' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://app.example.com/shop;jsessionid=1A2B/cart' } },
  source: 'Orange Tsai, Breaking Parser Logic, 2018',
} as const satisfies Rule;

export const brokenClimb = {
  id: 'path.broken-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb with control characters between its dots and the separator',
  positive: { tool: 'read_file', arguments: { path: '..%01/..%01/data' } },
  nearMiss: { tool: 'read_file', arguments: { path: '../notes%20of%20May.txt' } },
  source: PATT,
} as const satisfies Rule;

export const nestedDots = {
  id: 'path.nested-dots',
  type: 'path_traversal',
  severity: 'high',
  sees: 'climbs that come to be when a filter removes `../` once (`....//`)',
  positive: { tool: 'read_file', arguments: { path: '....//....//etc/passwd' } },
  nearMiss: { tool: 'run_command', arguments: { command: 'go test ./... && ls docs/.../x' } },
  source: `${PATT}, Bypass "../" replaced by ""`,
} as const satisfies Rule;

export const entryClimb = {
  id: 'path.archive-entry-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'an archive entry that would be written outside the folder it is extracted to',
  positive: { tool: 'extract_archive', arguments: { archive: 'theme.zip', entry: '../cron.d/job' } },
  nearMiss: { tool: 'extract_archive', arguments: { archive: '../theme.zip', entry: 'css/../index.css' } },
  source: 'Snyk, Zip Slip, 2018',
} as const satisfies Rule;

export const nameClimb = {
  id: 'path.name-climb',
  type: 'path_traversal',
  severity: 'high',
  sees: 'a climb in a field for a name (file name of an attachment, locale, template, slug)',
  positive: { tool: 'download_attachment', arguments: { message_id: 'm-1', filename: '../../app/start.sh' } },
  nearMiss: { tool: 'download_attachment', arguments: { message_id: 'm-1', filename: 'minutes...final.pdf' } },
  source: 'CWE-73',
} as const satisfies Rule;

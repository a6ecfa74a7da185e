import type { PatternRule } from '../rule.ts';
import { DATA_ROLES, dominates, isTalk } from './where.ts';

const COMMENT = String.raw`(?:\s|\/\*[^*]{0,40}\*\/)*`;
const RUNNERS = 'system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|eval|assert|create_function|call_user_func(?:_array)?|base64_decode|gzinflate|str_rot13|phpinfo|file_put_contents|file_get_contents|move_uploaded_file|spawn|execSync|spawnSync|execFileSync|fsockopen|pfsockopen|curl_exec|curl_multi_exec|unserialize|highlight_file|show_source|readfile|fpassthru|parse_ini_file|ini_set|ini_restore|ini_alter|putenv|dl|posix_\\w{2,16}|symlink|tmpfile|tempnam|register_(?:shutdown|tick)_function|iterator_apply|ob_start|bzdecompress|gzuncompress|gzdecode|convert_uudecode|hex2bin|extract|parse_str|mb_ereg_replace|preg_replace_callback|apache_\\w{4,24}|escapeshell(?:arg|cmd)|get_defined_(?:vars|functions)|getallheaders|session_start|exif_imagetype|error_log|is_uploaded_file|gethostbyname|unlink|chmod|chown|rmdir';

/** A value that is nothing but a call: `system('id');`, `(system)(ls)`, `"exec"/**\/('x')`, `os.system("id")`. */
export const calls: readonly PatternRule[] = [
  {
    id: 'code.call-as-value',
    type: 'code_injection',
    severity: 'high',
    sees: 'a call that runs a command or evaluates text, where a name or text is expected',
    positive: { tool: 'set_variable', arguments: { name: 'greeting', value: "system('whoami');" } },
    nearMiss: { tool: 'create_issue', arguments: { title: 'Do not call system() in the importer, use execFile instead' } },
    source: 'OWASP CRS 933150, 933210',
    roles: DATA_ROLES,
    literals: ['system', 'exec', 'passthru', 'popen', 'proc_open', 'eval', 'assert', 'create_function', 'call_user_func', 'base64_decode', 'gzinflate', 'str_rot13', 'phpinfo', 'file_put_contents', 'file_get_contents', 'move_uploaded_file', 'fsockopen', 'spawn', 'curl_', 'unserialize', 'highlight_file', 'show_source', 'readfile', 'fpassthru', 'parse_ini_file', 'ini_set', 'ini_restore', 'ini_alter', 'putenv', 'posix_', 'symlink(', 'tmpfile', 'tempnam', 'register_', 'iterator_apply', 'ob_start', 'bzdecompress', 'gzuncompress', 'gzdecode', 'uudecode', 'hex2bin', 'parse_str', 'mb_ereg', 'preg_replace_c', 'apache_', 'escapeshell', 'get_defined', 'getallheaders', 'session_start', 'exif_imagetype', 'error_log', 'is_uploaded', 'gethostbyname', 'unlink(', 'chmod(', 'chown(', 'rmdir('],
    pattern: new RegExp(String.raw`(?:^|[^\w.$-])(?:[@&(["'\\]|\/\*[^*]{0,40}\*\/){0,6}(?:(?:os|subprocess|IO|Kernel|Process)\.|CORE::)?(?:${RUNNERS})(?:["')\]]|${COMMENT.slice(0, -1)}){0,6}(?:\[\d\])?${COMMENT}\((?:[^()\n]|\([^()\n]{0,120}\)){0,160}\)?`, 'i'),
    before: 48,
    accepts: ({ 0: match }, view, at) => callShape(match, view.text.slice(at + match.length, at + match.length + 40)) && dominates(view, at + (/^[^\w@&(["'\\/]/.test(match) ? 1 : 0), at + match.length),
  },
  {
    id: 'code.assembled-name',
    type: 'code_injection',
    severity: 'high',
    sees: 'the name of a function put together from pieces and called (`("sys"."tem")("id")`)',
    positive: { tool: 'set_variable', arguments: { name: 'greeting', value: "('sys'.'tem')('id');" } },
    nearMiss: { tool: 'set_variable', arguments: { name: 'greeting', value: "('first' . 'second')" } },
    source: 'OWASP CRS 933210',
    roles: DATA_ROLES,
    literals: ["='system'", "= 'system'", "='exec'", "'system';", '"system";', "'exec';", 'system`', "'passthru'", "'shell_exec'", "'.'", '"."', "'. '", "' .'", "' . '", '" . "', "'+'", '"+"', "' + '", '\\x73', '\\163', '"]("', "']('"],
    pattern: /(?:\(\s*(?:["'][\w\\]{1,12}["']\s*[.+]\s*){1,8}["'][\w\\]{1,12}["']\s*\)|\(\s*["'](?:\\x?[0-9a-f]{2,3}){3,20}["']\s*\))\s*\(|["']s?ys["']\s*[.+]\s*["']tem["']|\$(\w{1,20})\s*=\s*["'](?:system|exec|passthru|shell_exec|assert|eval|popen)["']\s*;[^\n]{0,40}\$\1\s*\(|\bsystem`[^`\n]{1,60}`|(?:\(\w{1,10}\))?(?:\[\d\]){1,4}\s*\(\s*["'][^"'\n]{1,80}["']\s*\)/i,
    accepts: ({ 0: match }, view, at) => (view.place.role !== 'markup' || view.place.file === '') && !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.perl-interpolation',
    type: 'code_injection',
    severity: 'high',
    sees: "Perl's or Ruby's interpolation of a command (`@{[system 'id']}`, `#{`id`}`)",
    positive: { tool: 'update_profile', arguments: { bio: "@{[system 'id']}" } },
    nearMiss: { tool: 'update_profile', arguments: { bio: 'reach me @{work} or @home' } },
    source: 'OWASP CRS 934140',
    roles: DATA_ROLES,
    literals: ['@{', '#{`', '#{%x', '#{ `', '%x(', '%x{', '%x['],
    pattern: /@\{\s*\[\s*[^\]\n]{0,200}|#\{\s*(?:`[^`]{1,200}`|%x[([{])|(?:^|[\s=("'])%x(?:\([^)]{1,80}\)|\{[^}]{1,80}\}|\[[^\]]{1,80}\])/,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length),
  },
];

/** A call with something to run, or one without arguments that nothing follows. `eval() is evil` is neither. */
function callShape(match: string, rest: string): boolean {
  const args = /\(((?:[^()]|\([^()]{0,120}\)){0,160})\)?$/.exec(match)?.[1]?.trim() ?? '';
  if (/^["'`$[\\<({]/.test(args)) return true;
  return /^[\w/-]?/.test(args) && /^[\s;?>}\])]*$/.test(rest);
}

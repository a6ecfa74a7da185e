import type { PatternRule } from '../rule.ts';
import { DATA_ROLES, dominates, holdsData, isTalk } from './where.ts';

const COMMENT = String.raw`(?:\s|\/\*[^*]{0,40}\*\/)*`;
const RUNNERS = 'system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|eval|assert|create_function|call_user_func(?:_array)?|base64_decode|gzinflate|str_rot13|phpinfo|file_put_contents|file_get_contents|move_uploaded_file|execSync|spawnSync|child_process|system_exec';

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
    literals: ['system', 'exec', 'passthru', 'popen', 'proc_open', 'eval', 'assert', 'create_function', 'call_user_func', 'base64_decode', 'gzinflate', 'str_rot13', 'phpinfo', 'file_put_contents', 'file_get_contents', 'move_uploaded_file'],
    pattern: new RegExp(String.raw`(?:^|[^\w.$-])(?:[@&(["'\\]|\/\*[^*]{0,40}\*\/){0,6}(?:(?:os|subprocess|IO|Kernel|Process)\.|CORE::)?(?:${RUNNERS})(?:["')\]]|${COMMENT.slice(0, -1)}){0,6}(?:\[\d\])?${COMMENT}\((?:[^()\n]|\([^()\n]{0,120}\)){0,160}\)?`, 'i'),
    before: 48,
    accepts: ({ 0: match }, view, at) => holdsData(view.place) && callShape(match, view.text.slice(at + match.length, at + match.length + 40)) && dominates(view.text, at + (/^[^\w@&(["'\\/]/.test(match) ? 1 : 0), at + match.length),
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
    literals: ["'.'", '"."', "'. '", "' .'", "' . '", '" . "', "'+'", '"+"', "' + '", '\\x73', '\\163', '"]("', "']('"],
    pattern: /(?:\(\s*(?:["'][\w\\]{1,12}["']\s*[.+]\s*){1,8}["'][\w\\]{1,12}["']\s*\)|\(\s*["'](?:\\x?[0-9a-f]{2,3}){3,20}["']\s*\))\s*\(|["']s?ys["']\s*[.+]\s*["']tem["']|(?:\(\w{1,10}\))?(?:\[\d\]){1,4}\s*\(\s*["'][^"'\n]{1,80}["']\s*\)/i,
    accepts: ({ 0: match }, view, at) => holdsData(view.place) && view.place.role !== 'markup' && !isTalk(view, at, at + match.length),
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
    accepts: ({ 0: match }, view, at) => holdsData(view.place) && !isTalk(view, at, at + match.length),
  },
];

/** A call with something to run, or one without arguments that nothing follows. `eval() is evil` is neither. */
function callShape(match: string, rest: string): boolean {
  const args = /\(((?:[^()]|\([^()]{0,120}\)){0,160})\)?$/.exec(match)?.[1]?.trim() ?? '';
  return args === '' ? /^[\s;?>}\]]*$/.test(rest) : /^["'`$[\w/\\<({-]/.test(args);
}

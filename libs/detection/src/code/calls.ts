import type { PatternRule } from '../rule.ts';
import { DATA_ROLES, dominates, isTalk } from './where.ts';

const COMMENT = String.raw`(?:\s|\/\*[^*]{0,40}\*\/)*`;
const RUNNERS = 'system|execute|exec|loadstring|shell_exec|passthru|popen|proc_open|pcntl_exec|eval|assert|create_function|call_user_func(?:_array)?|base64_decode|gzinflate|str_rot13|phpinfo|file_put_contents|file_get_contents|move_uploaded_file|spawn|execSync|spawnSync|execFileSync|fsockopen|pfsockopen|curl_exec|curl_multi_exec|unserialize|highlight_file|show_source|readfile|fpassthru|parse_ini_file|ini_set|ini_restore|ini_alter|putenv|dl|posix_\\w{2,16}|symlink|tmpfile|tempnam|register_(?:shutdown|tick)_function|iterator_apply|ob_start|bzdecompress|gzuncompress|gzdecode|convert_uudecode|hex2bin|extract|parse_str|mb_ereg_replace|preg_replace_callback|apache_\\w{4,24}|escapeshell(?:arg|cmd)|get_defined_(?:vars|functions)|getallheaders|session_start|exif_imagetype|error_log|is_uploaded_file|gethostbyname|unlink|chmod|chown|rmdir|compile|execfile|breakpoint|loadlib|dofile|print_r|var_dump|array_map|usort|getoutput|getstatusoutput|WinExec|ShellExecute\\w?|shell-command|cmd';

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
    literals: ['system', 'exec', 'passthru', 'popen', 'proc_open', 'eval', 'assert', 'create_function', 'call_user_func', 'base64_decode', 'gzinflate', 'str_rot13', 'phpinfo', 'file_put_contents', 'file_get_contents', 'move_uploaded_file', 'fsockopen', 'spawn', 'curl_', 'unserialize', 'highlight_file', 'show_source', 'readfile', 'fpassthru', 'parse_ini_file', 'ini_set', 'ini_restore', 'ini_alter', 'putenv', 'posix_', 'symlink(', 'tmpfile', 'tempnam', 'register_', 'iterator_apply', 'ob_start', 'bzdecompress', 'gzuncompress', 'gzdecode', 'uudecode', 'hex2bin', 'parse_str', 'mb_ereg', 'preg_replace_c', 'apache_', 'escapeshell', 'get_defined', 'getallheaders', 'session_start', 'exif_imagetype', 'error_log', 'is_uploaded', 'gethostbyname', 'unlink(', 'chmod(', 'chown(', 'rmdir(', 'print_r(', 'var_dump(', 'array_map(', 'usort(', 'compile(', 'execfile(', 'breakpoint(', 'package.loadlib', 'dofile(', 'getoutput', 'os.execute', 'loadstring(', 'shell-command', 'exec.command(', 'process::command', 'os.cmd(', 'os:cmd(', 'system.cmd('],
    pattern: new RegExp(String.raw`(?:^|[^\w.$-])(?:[@&(["'\\]|\/\*[^*]{0,40}\*\/){0,6}(?:(?:os|subprocess|IO|io|Kernel|Process|posix|package|System|commands|pty|:?os)[.:]|CORE::)?(?:${RUNNERS})(?:["')\]]|${COMMENT.slice(0, -1)}){0,6}(?:\[\d\])?${COMMENT}\((?:[^()\n]|\([^()\n]{0,120}\)){0,160}\)?`, 'i'),
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
    literals: ['@{', '#{`', '#{%x', '#{ %x', '#{ `', '%x(', '%x{', '%x['],
    pattern: /@\{\s*\[\s*[^\]\n]{0,200}|#\{\s*(?:`[^`]{1,200}`|%x[^\w\s])|(?:^|[\s=("'])%x(?:\([^)]{1,80}\)|\{[^}]{1,80}\}|\[[^\]]{1,80}\])/,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.command-object',
    type: 'code_injection',
    severity: 'high',
    sees: 'a call of Go, Rust, Lua, Perl, Lisp, Visual Basic or Erlang that starts a program, as the value of a field',
    positive: { tool: 'set_variable', arguments: { name: 'greeting', value: 'exec.Command("sh", "-c", "id").Run()' } },
    nearMiss: { tool: 'create_issue', arguments: { title: 'exec.Command should take a context' } },
    roles: DATA_ROLES,
    literals: ['exec.command(', 'syscall.exec(', 'syscall.forkexec', 'clojure.java.shell', 'sys.process', 'open3.', '.send(:', '.__send__(', 'public_send(', 'marshal.load', 'pickle.load', 'pty.spawn(', 'process.spawn(', 'process::command', 'os.execute', 'loadstring(', 'shell-command', 'shell("', '|")', "|')", 'qx/', 'qx{', 'io.popen'],
    pattern: /exec\.Command\s*\(\s*"|syscall\.(?:Exec|ForkExec)\s*\(\s*"|\(?clojure\.java\.shell\/?\s*(?:sh\s+"|['"])|\bsys\.process\._\b|["'][\w ./-]{1,60}["']\s*\.\s*!!?(?:\s|$)|\.(?:public_)?_{0,2}send_{0,2}\s*\(\s*(?::|["'])(?:system|exec|eval|spawn|instance_eval|open)\b|\b(?:marshal|c?pickle|dill)\.loads?\s*\(\s*(?:b?["']|base64|bytes|open\()|\b(?:Open3\.\w{3,12}|PTY\.spawn|Process\.spawn)\s*\(\s*["']|process::Command::new\s*\(\s*"|os\.execute\s*\(\s*["'[]|io\.popen\s*\(\s*["'[]|loadstring\s*\(\s*["']|^\s*\(shell-command(?:-to-string)?\s+"|^\s*=?\s*Shell\s*\(\s*"[^"\n]{1,80}"|\bopen\s*\(\s*\w{1,12}\s*,\s*["'][^"'\n]{1,80}\|["']\s*\)|^\s*qx(?:\/[^/\n]{1,80}\/|\{[^}\n]{1,80}\})/i,
    before: 100,
    after: 100,
    accepts: ({ 0: match }, view, at) => dominates(view, at, at + match.length) && !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.statement-after-quote',
    type: 'code_injection',
    severity: 'high',
    sees: 'a statement of PHP, Perl or JavaScript behind a quote, bracket or semicolon that a value breaks out with (`\';print(md5(1));//`)',
    positive: { tool: 'search_docs', arguments: { query: "x';die(md5('a1'));//" } },
    nearMiss: { tool: 'search_docs', arguments: { query: "what does die('message'); do, and print('x')?" } },
    source: 'wapiti, module exec',
    roles: DATA_ROLES,
    literals: ['exit(', 'die(', 'print(', 'echo md5', 'var_dump(', 'print_r(', 'printf(', 'echo(', 'md5(', 'print md5', 'print `', 'echo `', 'phpinfo(', 'system(', 'exec(', 'passthru('],
    pattern: /^[^\s'"]{0,24}(?:["'`)}\]]{1,3}\s*[;.]|["'`)}\]]{0,3}\s*;|["'`]\s*\.|\$?\{\$?\{?@?|["'`]\s*\+)\s*@?(?:(?:exit|die|print|print_r|printf|var_dump|echo|md5|sha1|phpinfo|assert)\s*\(\s*(?:[\w.]{1,24}\s*\(|["'`]|\d)[^\n]{0,120}?\)|(?:system|exec|passthru|shell_exec|popen|eval|phpinfo|file_get_contents)\s*\([^()\n]{0,80}\)|(?:echo|print)\s*(?:`[^`\n]{1,60}`|(?:md5|sha1|system|exec|hex2bin|base64_decode)\s*\([^\n]{0,60}?\)))\s*[)};]{0,3}\s*(?:\/\/|#|\/\*|\.\s*["'`]|\+\s*["'`]|--|[;})]|$)/i,
    before: 48,
    after: 160,
    accepts: ({ 0: match }, view, at) => at === 0 && dominates(view, at, at + match.length) && !isTalk(view, at, at + match.length),
  },
];

/** `eval(compile("…`, `exec("…".decode(`: the text to run comes out of another call. */
const NESTED = /^[^\w]{0,8}(?:eval|exec|assert|system)\s*\(\s*(?:compile|open|chr|bytes|str|base64|join|getattr|__\w{3,12}__)\s*[.(]\s*["'(\w]/;

/** A call with something to run, or one without arguments that nothing follows. `eval() is evil` is neither. */
function callShape(match: string, rest: string): boolean {
  if (/(?:^|[^.\w])(?:os|commands|posix|io|subprocess|:os|System|package)[.:](?:cmd|execute|getoutput|getstatusoutput|loadlib|popen|system)\s*\(/.test(match) || NESTED.test(match + rest)) return true;
  const args = /\(((?:[^()]|\([^()]{0,120}\)){0,160})\)?$/.exec(match)?.[1]?.trim() ?? '';
  if (/^["'`$[\\<({]/.test(args)) return true;
  return /^[\w/-]?/.test(args) && /^[\s;?>}\])]*$/.test(rest);
}

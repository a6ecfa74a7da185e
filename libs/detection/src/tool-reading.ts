import type { Written } from './layers/json-text.ts';
import type { Place, Role } from './place.ts';
import { ownCopy, remembering } from './remembering.ts';
import { isProgram } from './shell/injected-programs.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A string of a call, with where it stands. `siblings`: the object that holds it; `outer`: the one that holds that; `holder`: the object that a key belongs to: of large ones the first fields. `listed`: it was made of a
 * list of strings, the words of a command or the lines of a text.
 */
export type Leaf = Readonly<{
  text: string;
  path: string;
  field: string;
  siblings: Fields | undefined;
  outer?: Fields | undefined;
  holder?: Fields | undefined;
  listed?: 'words' | 'lines';
  /** The program that the words are given to. */
  program?: string | undefined;
  /** Of a string that is all the words of a program: how many characters were put before it. */
  ahead?: number | undefined;
  /** The tool that it is given to, and all that this is given. */
  tool: string;
  given?: Fields | undefined;
  /** It is all that this tool is given, a call within a call. */
  called?: string | undefined;
  /** Where it stands in the JSON that a string holds. */
  written?: Written | undefined;
}>;

const MAX_REMEMBERED = 4_096;
const MAX_REMEMBERED_LENGTH = 128;

/** What is known of a tool: what it runs, if it runs whatever it is given, and how its fields are read. */
type Tool = Readonly<{ purpose: Role | undefined; fields: Map<string, Role> }>;
/** Kept of them: names that an agent makes up must not fill the memory. */
const MAX_TOOLS = 1_024;
const MAX_FIELDS = 128;

/** The roles of the fields of tools, memoised by name; forgetting changes no answer. */
export class ToolReading {
  readonly #tools = new Map<string, Tool>();

  /** Undefined: a list that is no command and no program; its items are read one by one. */
  placeOf(type: string | undefined, leaf: Leaf): Place | undefined {
    const { path, field, listed, tool } = leaf;
    const own = isTyped(tool, leaf) || (leaf.program !== undefined && listed !== undefined) ? 'shell' : this.#ownRole(type, leaf);
    const file = mayBeContent(own, tool, leaf) ? fileBeside(leaf) || fileInField(leaf) : '';
    const manifest = file === '' && own === 'value' && leaf.text.includes('\n') && MANIFEST_FIELD.test(field);
    const told = file === '' ? (languageOfScript(own, leaf) ?? languageBeside(own, leaf)) : undefined;
    const role = file !== '' ? roleOfFile(file) : told ? told.role : manifest ? 'code' : own;
    if (listed !== undefined && !LISTED_ROLES.has(role)) return undefined;
    return { role, tool, path, field, language: told ? told.language : manifest ? 'yaml' : languageOf(role, tool, file), file, beside: leaf.siblings ?? leaf.holder, around: leaf.outer };
  }

  /** Of a tool that runs whatever it is given, an argument whose name says nothing is that, unless another one is. */
  #ownRole(type: string | undefined, { tool, field, given, holder }: Leaf): Role {
    const known = this.#toolOf(tool);
    const role = roleIn(known, tool, type, field);
    const { purpose } = known;
    if (purpose === undefined || given === undefined || holder !== undefined || !(role === 'value' || (role === 'shell' && ARGUMENTS.test(field))) || SAYS_HOW.test(field)) return role;
    return Object.keys(given).some((key) => roleIn(known, tool, type, words(key)) === purpose) ? role : purpose;
  }

  #toolOf(tool: string): Tool {
    const known = this.#tools.get(tool);
    if (known) return known;
    if (this.#tools.size >= MAX_TOOLS) this.#tools.clear();
    const made: Tool = { purpose: purposeOf(words(tool)), fields: new Map() };
    if (tool.length <= MAX_REMEMBERED_LENGTH) this.#tools.set(ownCopy(tool), made);
    return made;
  }
}

function roleIn({ fields }: Tool, tool: string, type: string | undefined, field: string): Role {
  const key = type === undefined ? field : `${field}\n${type}`;
  const known = fields.get(key);
  if (known) return known;
  if (fields.size >= MAX_FIELDS) fields.clear();
  const role = roleOf(words(tool), words(type ?? ''), field);
  if (key.length <= MAX_REMEMBERED_LENGTH) fields.set(ownCopy(key), role);
  return role;
}

/** `runShellCommand`, `run-shell command` -> `run_shell_command`. */
export const words = remembering(MAX_REMEMBERED, MAX_REMEMBERED_LENGTH, (name) =>
  name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase(),
);

const named = (...names: string[]): RegExp => new RegExp(`(?:^|_)(?:${names.join('|')})s?(?:_|$)`);

const SHELL_TOOL = named('bash', 'sh', 'zsh', 'shell', 'terminal', 'ssh', 'command', 'cmdline', 'exec', 'execute', 'cron', 'docker', 'kubectl', 'console', 'process', 'subprocess');
const POWERSHELL_TOOL = named('powershell', 'pwsh');
const CMD_TOOL = named('cmd', 'cmd_exe', 'batch');
const DATABASES = ['sql', 'postgres', 'postgresql', 'mysql', 'sqlite', 'db', 'database', 'bigquery', 'snowflake', 'warehouse', 'mariadb', 'mssql', 'oracle', 'redshift', 'clickhouse', 'cassandra', 'scylla', 'influx', 'influxdb', 'timescale', 'cockroach', 'duckdb', 'trino', 'presto', 'athena', 'hive', 'databricks', 'synapse', 'questdb'];
const SQL_TOOL = named(...DATABASES, 'query_data');
const CODE_TOOL = named('python', 'node', 'javascript', 'js', 'typescript', 'php', 'ruby', 'perl', 'code', 'interpreter', 'repl', 'eval', 'evaluate', 'notebook', 'jupyter', 'lua', 'script');

const COMMAND_FIELD = named('command', 'cmd', 'script', 'commandline', 'command_line', 'cmdline', 'cmd_line', 'shellscript', 'exec', 'shell', 'run', 'bash', 'arg', 'argv', 'argument', 'entrypoint');
const SQL_FIELD = named('sql', 'query', 'statement', 'queries', 'cql', 'hql');
const CODE_FIELD = named('code', 'source_code', 'snippet', 'program', 'script', 'expression', 'formula', 'javascript', 'python', 'old_text', 'new_text', 'old_string', 'new_string', 'old_str', 'new_str', 'diff', 'patch');
const CONTENT_FIELD = named('content', 'contents', 'text', 'new_text', 'new_string', 'new_str', 'new_source', 'data', 'body', 'code', 'source');
const PATH_FIELD = named('path', 'file', 'filename', 'file_name', 'filepath', 'dir', 'directory', 'folder', 'cwd', 'workdir', 'destination', 'dest', 'archive', 'entry', 'save_as', 'attachment', 'locale', 'template_name', 'doc', 'document', 'input', 'output', 'image');
const PATH_TOOL = named('file', 'directory', 'folder', 'archive', 'document', 'attachment', 'upload', 'download', 'template', 'pdf', 'image', 'video');
const URL_FIELD = named('url', 'uri', 'link', 'href', 'src', 'endpoint', 'webhook', 'callback', 'feed', 'website', 'target_url');
const HOST_FIELD = named('host', 'hostname', 'domain', 'ip', 'server', 'address_ip');
const MARKUP_FIELD = named('html', 'template', 'markdown', 'markup', 'xml', 'svg', 'jinja', 'layout');
const HEADER_FIELD = /^(?:to|cc|bcc|from|reply_to|(?:send|mail)_to)$/;
const ADDRESS_FIELD = named('email', 'recipient', 'sender', 'phone', 'iban', 'participant', 'attendee', 'invitee', 'user_email');
const SECRET_FIELD = named('password', 'passwd', 'pwd', 'secret', 'token', 'api_key', 'apikey', 'access_key', 'private_key', 'credential', 'passphrase', 'authorization', 'pin');
const PROSE_FIELD = named(
  'body', 'message', 'text', 'content', 'comment', 'description', 'title', 'subject', 'prompt', 'note', 'summary', 'bio', 'task', 'instruction', 'question', 'answer', 'review', 'details?', 'reason', 'caption', 'post', 'tweet', 'feedback',
);

/** Fields that only say: here it is. What the tool runs, it runs from there. */
const PAYLOAD_FIELD = /^_?(?:arg_?\d*|(?:tool_?|action_?|user_?)?input|text|content|data|body|payload|value|code|quer(?:y|ies)|statement|expression|source|stdin|lines?|keys|instructions?|program)$/;
const ARGUMENTS = /^_*(?:args?|params?|parameters|arguments|argv)$/;
/** Fields that say who, where and how, not what. */
const SAYS_HOW = /^(?:\w+_)?(?:id|ids|uuid|name|user|username|session|mode|status|kind|type|lang|language|locale|encoding|format|level|timeout|priority|tags?|labels?|category|version|region|zone|env|environment|timestamp|date|time|title|reason|goal|purpose|intent|thought|explanation|justification|rationale|risk)$/;
/** Tools that run whatever they are given. */
const RUNS_SHELL = new RegExp(
  [
    '^(?:\\w+_)?(?:bash|sh|zsh|shell|terminal|console|cmdline|command_line|subprocess|(?:run|exec|execute)_(?:bash|shell|command|commands|cmd|process|terminal|terminal_cmd|terminal_command|on_\\w+))(?:_(?:tool|run|exec|execute|command|executor|session|mcp))*$',
    // Somewhere else: in a container, on a host.
    '^(?:\\w+_)?(?:ssh|docker|podman|kubectl|k8s|pod|container|remote|host|vm|wsl|adb|telnet|sandbox|tmux|pty|screen)_(?:exec|execute|run|command|run_command|exec_command|execute_command|script|send|send_keys|shell)$',
    '^(?:exec|execute|run)_(?:in|on)_(?:pod|container|host|vm|sandbox|server|node|machine|instance|device)$',
  ].join('|'),
);
const RUNS_SQL = new RegExp(`^(?:\\w+_)?(?:(?:run|exec|execute)_(?:sql|query|queries|sql_query|statement)|sql(?:_(?:query|exec|execute|run|client|tool))?)$|^(?:\\w+_)?(?:${DATABASES.join('|')})(?:_db)?_(?:query|exec|execute|run|sql|statement)$`);
const RUNS_PYTHON = /^(?:\w+_)?python(?:_?\d)?(?:_(?:repl|ast|interpreter|exec|execute|run|code|tool))*$/;

const RUNS_POWERSHELL = /^(?:\w+_)?winrm(?:_(?:exec|execute|run|command|shell|run_command))?$/;
const RUNS_CMD = /^(?:\w+_)?cmd(?:_exe)?(?:_(?:exec|execute|run|tool))?$/;

/** Tools that run program text of some language. */
const RUNS_CODE = /^(?:\w+_)?(?:(?:run|exec|execute|eval|evaluate)_code|code_(?:interpreter|execution|exec|runner|run)|jupyter|ipython|notebook_(?:run|exec\w*)|repl|(?:node|js|javascript|php|ruby|perl|lua)_(?:eval|exec|execute|run|repl|code)|(?:run|exec|execute|eval|evaluate)_(?:node|js|javascript|typescript|php|ruby|perl|lua))(?:_(?:tool|run|exec|execute|cell|session|mcp))*$/;

/** `coupon_code`, or `code` of a tool for coupons: what is no program. */
const OTHER_CODE = named('coupon', 'promo', 'promotion', 'discount', 'voucher', 'gift', 'gift_card', 'country', 'currency', 'zip', 'post', 'postal', 'tracking', 'order', 'product', 'item', 'sku', 'bar', 'qr', 'error', 'status', 'language', 'locale', 'area', 'region', 'invite', 'invitation', 'referral', 'access', 'reset', 'verification', 'verify', 'otp', 'mfa', '2fa', 'confirmation', 'booking', 'reservation', 'airport', 'station', 'tax', 'department', 'course', 'ticket');

/** Specific fields first, then what the tool is for. */
function roleOf(tool: string, type: string, field: string): Role {
  const both = `${tool}_${type}`;
  if (/(?:^|_)code$/.test(field) && OTHER_CODE.test(field === 'code' ? tool : field) && !RUNS_CODE.test(tool)) return 'value';
  if (PAYLOAD_FIELD.test(field)) {
    const purpose = purposeOf(tool) ?? purposeOf(type);
    if (purpose !== undefined) return purpose;
  }
  if (SECRET_FIELD.test(field)) return 'secret';
  if (POWERSHELL_TOOL.test(both) && (COMMAND_FIELD.test(field) || CODE_FIELD.test(field) || field === '')) return 'powershell';
  if (tool === 'run_cmd' || (CMD_TOOL.test(both) && !SHELL_TOOL.test(both) && COMMAND_FIELD.test(field))) return COMMAND_FIELD.test(field) ? 'cmd' : 'value';
  if (SQL_FIELD.test(field) && (SQL_TOOL.test(both) || /(?:^|_)(?:execute|run)_quer/.test(tool) || /(?:^|_)sql(?:_|$)/.test(field) || /(?:^|_)statement/.test(field))) return 'sql';
  if (CODE_TOOL.test(both) && (CODE_FIELD.test(field) || COMMAND_FIELD.test(field))) return 'code';
  if (COMMAND_FIELD.test(field)) return 'shell';
  if (URL_FIELD.test(field)) return 'url';
  if (HOST_FIELD.test(field)) return 'host';
  if (MARKUP_FIELD.test(field)) return 'markup';
  if (PATH_FIELD.test(field) || (field === 'source' && PATH_TOOL.test(both))) return 'path';
  if (CODE_FIELD.test(field)) return 'code';
  if (HEADER_FIELD.test(field) || ADDRESS_FIELD.test(field)) return 'address';
  if (PROSE_FIELD.test(field)) return 'prose';
  return 'value';
}

/** What a tool runs that runs whatever it is given, by its name in words. */
export const purposeOf = remembering(MAX_REMEMBERED, MAX_REMEMBERED_LENGTH, (name): Role | undefined => {
  if (RUNS_PYTHON.test(name) || RUNS_CODE.test(name)) return 'code';
  if (RUNS_SQL.test(name)) return 'sql';
  if (POWERSHELL_TOOL.test(name) || RUNS_POWERSHELL.test(name)) return 'powershell';
  if (RUNS_CMD.test(name)) return 'cmd';
  return RUNS_SHELL.test(name) ? 'shell' : undefined;
});

/** Whether a field may hold what a file is made of. A command, an address or a path is what it is, whatever file is named beside it. */
function mayBeContent(role: Role, tool: string, { field, text }: Leaf): boolean {
  if (CONTENT_ROLES.has(role)) return true;
  // `file_contents`, or a document of several lines.
  if (role === 'path') return field !== 'source' && !FILE_FIELD.test(field) && (CONTENT_FIELD.test(field) || text.trim().includes('\n'));
  return /(?:^|_)scripts?(?:_|$)/.test(field) && WRITES.test(words(tool));
}
const CONTENT_ROLES: ReadonlySet<Role> = new Set(['code', 'markup', 'prose', 'value']);
const WRITES = named('write', 'create', 'save', 'edit', 'put', 'upload', 'store', 'update', 'add', 'append', 'insert', 'replace', 'file');

const LISTED_ROLES: ReadonlySet<Role> = new Set(['shell', 'powershell', 'cmd', 'code', 'sql']);

const TYPING_TOOL = named('computer', 'keyboard', 'tmux', 'pty', 'type_text', 'send_keys', 'terminal_input', 'keystroke');
/** Typed into a terminal: ends with a return key, and begins as a command does. */
const isTyped = (tool: string, { text, field }: Leaf): boolean => TYPED_FIELD.test(field) && /^\s*[a-z.~/$(][^\n]*\n$/.test(text.slice(0, 4_096)) && TYPING_TOOL.test(words(tool));
const TYPED_FIELD = named('text', 'key', 'input', 'value');

const FILE_FIELD = /^(?:(?:file_?|target_?|full_?|relative_?|absolute_?)?path|file(?:_?name)?|save_as|destination|dest|target(?:_file)?|uri)$/;
/** How an object says it that stands for a file. */
const FILE_NAMES = ['path', 'file_path', 'filePath', 'filepath', 'full_path', 'fullPath', 'absolute_path', 'relative_path', 'file', 'filename', 'file_name', 'fileName', 'uri', 'target', 'destination'];
/** A `name` may be anything. */
const LIKE_A_FILE = /^[^\n]*(?:\/|\.[A-Za-z0-9]{1,8}$)/;
/** Fields beside a content that may name its file, and objects beside it that may. */
const MAX_BESIDE = 16;

/** Content is what a field named so holds, and whatever has lines. */
function fileBeside({ siblings, outer, field, text, tool, path }: Leaf): string {
  const own = path.includes('~1') ? fileInKey(path) : '';
  if (own !== '') return own;
  if (!siblings || !(CONTENT_FIELD.test(field) || text.includes('\n'))) return '';
  if (isRequest(siblings) || (outer && isRequest(outer))) return '';
  const beside = fileIn(siblings);
  // `{path, edits: [{new_text}]}`
  const file = beside === '' && outer ? fileIn(outer) : beside;
  return file !== '' && REMARKS.test(words(tool)) ? '' : file;
}

/** What is said of a file is not in it. */
const REMARKS = named('comment', 'review', 'issue', 'ticket', 'discussion', 'message');

/** `{files: {"/etc/cron.d/job": …}}` */
function fileInKey(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1).replaceAll('~1', '/').replaceAll('~0', '~');
  return file.length <= 512 && /^[\w.~@+ /-]*\/[\w.@+ -]+$/.test(file) ? file : '';
}

type Language = Readonly<{ role: Role; language: string }>;
const LANGUAGES: ReadonlyMap<string, Language> = new Map(
  ([
    ['shell', '', 'bash sh shell zsh ksh dash ash fish shellscript console'],
    ['powershell', '', 'powershell pwsh ps'],
    ['cmd', '', 'cmd bat batch dos'],
    ['sql', '', 'sql mysql postgres postgresql sqlite plsql tsql mssql mariadb bigquery snowflake'],
    ['code', 'py', 'python py ipython pypy'],
    ['code', 'js', 'javascript js node nodejs typescript ts deno bun'],
    ...['php', 'ruby', 'perl', 'lua'].map((name) => ['code', name, name] as const),
  ] as const).flatMap(([role, language, names]) => names.split(' ').map((name): [string, Language] => [name, { role, language }])),
);
const SAYS_LANGUAGE = ['language', 'lang', 'interpreter', 'runtime', 'syntax', 'shell', 'kernel', 'script_type', 'scriptType', 'script_language', 'code_language'];

const SAYS_LANGUAGE_OF_TEXT = SAYS_LANGUAGE.slice(0, 2);

/** The language that a field beside program text names: `{language: "bash", code: …}`. */
function languageBeside(own: Role, { siblings, field }: Leaf): Language | undefined {
  if (!siblings || !(own === 'code' || own === 'shell' || own === 'value' || own === 'prose') || !PROGRAM_FIELD.test(field)) return undefined;
  for (const key of own === 'prose' ? SAYS_LANGUAGE_OF_TEXT : SAYS_LANGUAGE) {
    const value = siblings[key];
    if (typeof value !== 'string' || value.length > 32) continue;
    const language = LANGUAGES.get(value.toLowerCase().replace(/^.*\//, '').replace(/[\d._-]+(?:x|\.x)?$/, ''));
    if (language) return language;
  }
  return undefined;
}
/** A script says itself what it is. */
const languageOfScript = (own: Role, { text }: Leaf): Language | undefined => ((own === 'value' || own === 'prose') && text.startsWith('#!') && SHELL_SCRIPT.test(text.slice(0, 64)) ? LANGUAGES.get('bash') : undefined);
const SHELL_SCRIPT = /^#!.{0,40}\b(?:ba|z|da|k|a)?sh\b/;
const PROGRAM_FIELD = /^(?:(?:source|script|program|inline)_?)?(?:code|script|source|snippet|program|content|contents|text|body|statements?|lines?|input|cell|block)$/;

/** `{dockerfile: "FROM …"}`: the field says what file its lines are. */
const fileInField = ({ field, text }: Leaf): string => (text.includes('\n') ? (FILE_IN_FIELD.exec(field)?.[1] ?? '') : '');
const FILE_IN_FIELD = /^(?:\w{1,20}_)?(dockerfile|containerfile|makefile|crontab)(?:_(?:content|contents|text|body))?$/;

/** Fields that hold a file of settings. */
const MANIFEST_FIELD = named('ya?ml', 'manifest', 'playbook', 'compose', 'pipeline', 'workflow', 'helm_value', 'k8s_spec', 'cloud_init', 'user_data');

/** Beside a method of HTTP a path is that of an interface, and what it is given is no file. */
const isRequest = ({ method }: Fields): boolean => typeof method === 'string' && /^(?:get|post|put|patch|delete|head|options)$/i.test(method);

function fileIn(siblings: Fields): string {
  let looked = 0;
  for (const [key, value] of Object.entries(siblings)) {
    if ((looked += 1) > MAX_BESIDE) break;
    const named = fileNamedBy(words(key), value);
    if (named !== '') return named;
  }
  return '';
}

function fileNamedBy(key: string, value: unknown): string {
  if (typeof value === 'string') return value.length <= 1_024 && (FILE_FIELD.test(key) || (key === 'name' && LIKE_A_FILE.test(value))) ? value : '';
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !FILE_FIELD.test(key)) return '';
  // Asked for by name: to list the fields of a large object for each string beside it would cost too much.
  return FILE_NAMES.map((name) => (Object.hasOwn(value, name) ? (value as Fields)[name] : undefined)).find((file): file is string => typeof file === 'string' && file.length <= 1_024) ?? '';
}

const extensionOf = (file: string): string => /\.([A-Za-z0-9]{1,10})$/.exec(file)?.[1]?.toLowerCase() ?? '';

function roleOfFile(file: string): Role {
  const extension = extensionOf(file);
  if (/^(?:sh|bash|zsh|ksh|fish|command)$/.test(extension) || /(?:^|\/)(?:\.?(?:bash|zsh)rc|\.?(?:bash_|z)?profile|crontab|[^/]*cron[^/]*(?:\/[^/]*)?|authorized_keys|Makefile|Dockerfile)$/i.test(file)) return 'shell';
  if (/^ps[md]?1$/.test(extension)) return 'powershell';
  if (/^(?:bat|cmd)$/.test(extension)) return 'cmd';
  if (extension === 'sql') return 'sql';
  if (/^(?:md|txt|rst|adoc|eml|log|csv|tex)$/.test(extension)) return 'prose';
  if (/^(?:html?|xhtml|svg|xml|jinja2?|j2|hbs|ejs|mustache|twig|vue|jsp|asp|aspx|erb|ftl)$/.test(extension)) return 'markup';
  return 'code';
}

function languageOf(role: Role, tool: string, file: string): string {
  if (file !== '') return extensionOf(file);
  if (role !== 'code') return '';
  const name = words(tool);
  if (named('python', 'notebook', 'jupyter').test(name)) return 'py';
  if (named('node', 'javascript', 'js').test(name)) return 'js';
  return /(?:^|_)(php|ruby|perl|lua)(?:_|$)/.exec(name)?.[1] ?? '';
}

/** Programs that tools are named after, where what follows is their command line. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...['kubectl', 'terraform', 'docker', 'git', 'aws', 'gcloud', 'az', 'helm', 'npm', 'psql', 'mysql', 'systemctl', 'openssl', 'curl', 'gh'].map((name): [string, string] => [name, name]),
  ...['glab', 'doctl', 'heroku', 'flyctl', 'vercel', 'netlify', 'wrangler', 'oci', 'ibmcloud', 'hcloud', 'eksctl', 'gsutil', 'rclone', 'restic', 'velero', 'pulumi', 'vault', 'nomad', 'oc', 'podman', 'firebase', 'supabase'].map((name): [string, string] => [name, name]),
  ['redis', 'redis-cli'],
  ['mongo', 'mongosh'],
]);
/** Words of a tool's name that say no more than that it calls the program. */
const CALLS = /^(?:cli|cmd|commands?|run|exec|execute|call|invoke|tool|mcp|raw|args?)$/;
/** What stands between a program and what it is to do, in an argument of its own. */
const PART = /^[a-z][a-z0-9-]{1,31}$/;

const programIn = (name: readonly string[]): string | undefined => name.map((word) => PROGRAMS.get(word)).find((program) => program !== undefined);

/** The command line that a list of words is for a tool that is named after a program: `kubectl` with `["delete", "namespace", "x"]`. What runs in a container has a program of its own. */
export function commandLineOf(tool: string, line: string): string {
  const name = words(tool);
  if (/(?:^|_)(?:exec|execute|run|ssh)(?:_|$)/.test(name) && RUNS_SHELL.test(name)) return line;
  const program = programIn(name.split('_'));
  return program === undefined || line.startsWith(program) ? line : `${program} ${line}`;
}

/** What a tool that is a program itself puts before the command line that it is given: `gh ` before `repo delete acme/shop`, `aws rds ` where the service is told beside it. Empty for all others, and where the line begins with a program. */
export function leadOf({ role, tool }: Place, { text, siblings, listed }: Leaf): string {
  if (role !== 'shell' || listed !== undefined) return '';
  const all = words(tool).split('_');
  const program = programIn(all);
  if (program === undefined || !all.every((word) => PROGRAMS.has(word) || CALLS.test(word))) return '';
  const [first = ''] = text.trimStart().slice(0, 64).split(/\s/, 1);
  if (first === program || isProgram(first)) return '';
  const service = siblings?.['service'] ?? siblings?.['group'] ?? siblings?.['subcommand'];
  return typeof service === 'string' && PART.test(service) && service !== first ? `${program} ${service} ` : `${program} `;
}

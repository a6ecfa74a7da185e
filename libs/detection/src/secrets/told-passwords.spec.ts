import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { secretsDetectors } from './detectors.ts';
import { filler } from './sample-keys.ts';

const scanner = new Scanner(secretsDetectors);
const password = ['v8Kq', '2LmZ0p'].join('');
const inCommand = (command: string) => scanner.scanCall({ name: 'bash', arguments: { command } });

describe('passwords that their place tells', () => {
  it.each([
    `mosquitto_pub -h mq.example.com -u sensor -P ${password} -t t/1 -m ok`,
    `sqlcmd -S db.example.com -U sa -P "${password}" -Q "select 1"`,
    `psexec \\\\192.0.2.9 -u Administrator -p ${password} cmd`,
    `openssl pkcs12 -in a.p12 -passin pass:${password} -nodes`,
    `7z a -p${password} out.7z dir`,
    `keytool -list -keystore a.jks -storepass ${password}`,
    `sqlplus scott/${password}@ORCL`,
    `echo '${password}' | sudo -S apt update`,
    `net use Z: \\\\fs\\share ${password} /user:maria`,
    `kubectl create secret generic db --from-literal=password=${password}`,
  ])('%s', (command) => expect(inCommand(command).risk_score).toBeGreaterThanOrEqual(0.7));

  it.each([
    'mysql -h db -P 3306 -u root -p shop < dump.sql',
    'docker run -p 8080:80 nginx',
    'openssl req -x509 -newkey rsa:4096 -keyout key.pem -out cert.pem -days 365 -nodes',
    'curl -u "$USER:$PASS" https://api.example.com',
    'redis-cli -p 6379 -n 2 keys "*"',
    'cqlsh 192.0.2.1 9042 -u cassandra -p cassandra',
  ])('%s is none', (command) => expect(inCommand(command).threats).toEqual([]));

  it.each([
    ['a call', `new DirectoryEntry("LDAP://example",\n    "maria",\n    "${password}");`],
    ['a statement', `ALTER USER reporting WITH PASSWORD '${password}'`],
    ['a switch', `username maria privilege 15 password 0 ${password}`],
    ['a password file', `db.example.com:5432:orders:app:${password}`],
    ['a setting in pairs', `<add key="SmtpPassword" value="${password}"/>`],
    ['a variable of a container', `env:\n- name: DB_PASSWORD\n  value: ${password}`],
    ['words behind the word', 'log in to the admin account with the password Tundra-600feN!'],
    ['a key at a distance', `the api token for the dns bot: ${filler(48)}`],
    ['an URL whose password holds an at sign', 'mongodb+srv://app:maria@k9pass!@cluster0.example.net/orders'],
  ])('in %s', (_, text) => expect(scanner.scanOutput(text).risk_score).toBeGreaterThanOrEqual(0.7));

  it.each([
    `Пароль от роутера: ${password}`,
    `wachtwoord is ${password}`,
    `密码是${password}`,
    `パスワードは「${password}」です`,
    `비밀번호는 ${password}`,
    `mot de passe wifi : ${password}`,
    `كلمة المرور: ${password}`,
    `das Passwort für den Router lautet ${password}`,
  ])('in %s', (text) => expect(scanner.scanCall({ name: 'send_email', arguments: { body: text } }).risk_score).toBeGreaterThanOrEqual(0.7));

  it.each([
    ['what is encrypted', `kind: SealedSecret\nspec:\n  encryptedData:\n    password: Ag${filler(90)}+`],
    ['what is encrypted in place', `password: ENC[AES256_GCM,data:${filler(20)},iv:x]`],
    ['a rule for passwords', 'the password policy requires Upper-Case1 letters; пароль: минимум 8 символов; 密码至少8位'],
    ['the example of a manual', 'password: "password-for-30001", IDENTIFIED BY \'password\''],
    ['the token of a badge', 'https://img.example.com/badge?style=flat&token=6R3QFWRWHL&logo=codecov'],
  ])('%s is none', (_, text) => expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.7));
});

describe('passwords in columns and pairs', () => {
  it.each([
    ['a table of a wiki', `| system | user | password |\n|---|---|---|\n| core-1 | admin | ${password} |`],
    ['an export', `url,username,password\nhttps://example.com,maria,${password}`],
    ['two columns', `user|pass\nroot|${password}`],
    ['a line of a cookie file', `.example.com\tTRUE\t/\tTRUE\t1893456000\tuser_session\t${filler(48)}`],
    ['a code for a wireless network', `WIFI:T:WPA;S:Guests;P:${password};;`],
    ['an administrator at a host', `reach it as root:v8Kq!2LmZ0p@192.0.2.7`],
    ['a key told in another language', `La clé API est : ${filler(40)}`],
    ['any scheme of a header', `Authorization: GenieKey ${filler(40)}`],
  ])('%s', (_, text) => expect(scanner.scanOutput(text).risk_score).toBeGreaterThanOrEqual(0.7));

  it.each([
    '| field | type | password |\n|---|---|---|\n| login | string | required |',
    'user|role\nann|admin\njoe|dev',
    'Authorization: Bearer <token>\nAuthorization: ApiKey <key>',
    'La clé API est obligatoire. Voir la documentation.',
    'open /admin/Users2 or admin/v2.0.1',
  ])('%s is none', (text) => expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.3));
});

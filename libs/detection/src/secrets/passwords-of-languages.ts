import type { Analyser, Rule } from '../rule.ts';
import { isStrongWord, isUsedPassword } from './password-strength.ts';
import { isPlaceholder } from './placeholders.ts';
import { looksRandom } from './randomness.ts';

const passwordOfLanguage: Rule = {
  id: 'secrets.password-in-other-words',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password or key told in one of some thirty languages',
  positive: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'Новый пароль от роутера: v8Kq2LmZ0p' } },
  nearMiss: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'Новый пароль от роутера: спроси у Марии' } },
};

/** Words for a password; of those that begin with a letter beyond ASCII only the end, since capitals of these are other letters. */
const WORDS = [
  'password', 'passwort', 'kennwort', 'contraseñ', 'mot de passe', 'senha',
  'pass phrase', 'pass-phrase', 'mdp', 'mots de passe', 'contrasenya', 'clave de acceso', 'la clave', 'clave:', 'palavra-passe', 'palavra passe', 'parola d', 'parola:', 'parola ', 'parole chiave', 'wachtwoord', 'toegangscode',
  'hasło', 'haslo', 'heslo', 'lozinka', 'lozinku', 'geslo:', 'slaptažodis', 'paroole', 'parool', 'salasana', 'salasõna', 'lösenord', 'losenord', 'adgangskode', 'kodeord', 'passord',
  'jelszó', 'jelszo', 'jelszava', 'parolă', 'parola de', 'şifre', 'ifre:', 'ifreniz', 'ifresi', 'ifremiz', 'ifrem', 'ароль', 'арола', 'озинка', 'ωδικ', 'סיסמ', 'كلمة المرور', 'كلمة السر', 'كلمة مرور', 'رمز عبور', 'گذرواژه',
  'パスワード', '暗証', '密码', '密碼', '口令', '비밀번호', '비번', '암호', '패스워드', 'mật khẩu', 'mat khau', 'kata sandi', 'katasandi', 'รหัสผ่าน', 'พาสเวิร์ด', 'पासवर्ड', 'zugangscode', 'zugangspasswort', 'zugangskennwort', 'geheimwort', 'clave wifi', 'clé wifi', 'wlan-schl', 'netzwerkschl', 'wifi key', 'wi-fi key', 'wpa key', 'network key',
];
/** Words for a key or token in other languages; what follows must look drawn at random. */
const KEY_WORDS = ['clé api', 'clé d', 'clé secr', 'clave api', 'clave de api', 'clave secreta', 'chave api', 'chave da api', 'chave de api', 'chave secreta', 'chiave api', 'chiave segreta', 'api-schlüssel', 'api schlüssel', 'geheimer schlüssel', 'zugangstoken', 'zugriffstoken', 'zugriffsschlüssel', 'klucz api', 'api-nyckel', 'api-sleutel', 'api-avain', 'api-nøgle', 'jeton d', 'ключ api', 'api-ключ', 'api ключ', 'окен', 'apiキー', 'アクセスキー', 'api密钥', 'api 密钥', '访问密钥', '密钥', 'api 키', 'api키', 'api anahtar'];
const isKeyWord = (text: string, at: number): boolean => KEY_WORDS.some((word) => text.startsWith(word, at) || text.slice(at, at + 24).toLowerCase().startsWith(word));
/** Behind these stands the password itself, or nothing that looks like one. */
const PLAIN = [' mdp ', ' pw ', ' pass ', ', pass ', ' pass is ', ' and pass ', '/pass ', ' pass - ', ' pw - ', ' pwd ', ' passwd ', ' pass= ', ' passcode '];

/** The rest of the word, a few words, then what says that it follows. */
const LEADING = /[\p{L}\p{M}'’_-]{0,16}["'”»)*`]{0,3}(?: {1,2}[\p{L}\p{M}\p{N}'"’./@_()-]{1,40}){0,6}?\s{0,2}(?:[:：=＝]|\s(?:is|ist|lautet|est|c['’]est|es|é|è|jest|je|to|är|er|on(?!\s{1,2}\S{1,40}\s(?:is|ist|es|est|è)\s)|var|este|adalah|là|=>|->|→|[-–—])(?=\s)|是|为|為|は|が|은|는|이|คือ|है)\s{0,4}["'`„“«「『*]{0,3}(?=[^\s"'`,;<>]{6})/uy;
/** What functions are passed: `pass by_alias=True`. */
const PROGRAM_TEXT = /^[A-Za-z_][\w.-]{0,60}(?:=|\(|\[|::)|^--/;
/** What is no password, but of one. */
const ABOUT = /hash|hint|digest|polic|length|format|example|reset|link|url|manager|field|rules?\b|token|encod|encrypt|salt|regex|valid|min|max/i;
/** Settings, columns and functions are named so too. */
const NAMES_FIELDS = /^pass(?:word|wort)|^kennwort/i;
const SAID_PLAINLY = /[ /]?(?:pass|mdp|and pass|pw|pwd|passwd|passcode)(?: is| -|=|:)?\s{1,3}["'`]?/iy;
const VALUE = /[^\s"'`,;<>«»„“”。、，；「」『』*]{6,60}(?=$|[\s"'`,;<>«»„“”。、，；「」『』*])/uy;

export const passwordsOfLanguages: Analyser = {
  name: 'passwords in other words',
  roles: ['prose', 'output', 'value', 'markup'],
  literals: [...WORDS, ...PLAIN, ...KEY_WORDS],
  rules: [passwordOfLanguage],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      const plain = /[ ,/]/.test(text.charAt(hit));
      const leading = plain ? SAID_PLAINLY : LEADING;
      leading.lastIndex = text.charAt(hit) === ',' ? hit + 1 : hit;
      budget.spend(100);
      const led = leading.exec(text)?.[0];
      if (led === undefined) continue;
      const isKey = isKeyWord(text, hit);
      if (!isKey && ABOUT.test(led)) continue;
      const start = leading.lastIndex;
      VALUE.lastIndex = start;
      const value = (VALUE.exec(text)?.[0] ?? '').replace(/[.:!?)\]]+$/, '');
      reached = start + value.length;
      // Somebody's language is not the language of passwords: those are typed in ASCII.
      if (isKey) {
        if (value.length >= 20 && looksRandom(value) && !isPlaceholder(value)) report(passwordOfLanguage, start, reached);
        continue;
      }
      const typed = value.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
      if (plain && PROGRAM_TEXT.test(typed)) continue;
      if (/^[\x21-\x7e]+$/.test(typed) && (plain || NAMES_FIELDS.test(led) || typed !== value ? isStrongWord(typed) : isUsedPassword(typed))) report(passwordOfLanguage, start, reached);
    }
  },
};

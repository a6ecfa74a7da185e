const WORDS =
  /example|placeholder|changeme|change[_-]?(?:this|it)|replace[_-]?(?:me|with|this)|insert[_-]?|redacted|removed|dummy|sample|masked|hidden|your[_-]|[_-]your|^your|my[_-]?(?:secret|password|token|api|key)|xxxx|\*\*\*|\.\.\.|…|0{7}|1{7}|(?:not|no)[_-]?(?:a[_-])?(?:real|secret)|fake|foobar|todo|fixme|secret[_-]?(?:here|goes)|goes[_-]?here|some[_-]?(?:secret|token|password|key)|super[_-]?secret|abcdef.?ghij|12345678901?2?|0123456789|deadbeef|abc123|test[_-]?(?:key|token|secret|password|pass|only)/i;
/** What is filled in later: variables, templates, markers. */
const FILLED_LATER = /\$\{|\$\(|\{\{|<%|%\(|^\$|^<|^\[|^\{|^%[A-Za-z_]+%$|^@\w+@$|^__\w+__$|\bprocess\.env\b|\bos\.environ|\bgetenv\b|\bENV\[|^env[.:(]|^secrets?\.|^vault:|^op:\/\/|^ref\+|^arn:|^kms:|^ssm:|^ENC[[(]|^\{cipher\}|^!vault|^vault:v\d|^AQICAH|^\$ANSIBLE_VAULT/;

/** Documented examples, masks, variables and the like: nobody's secret. */
export function isPlaceholder(secret: string): boolean {
  return FILLED_LATER.test(secret) || WORDS.test(secret) || fewCharacters(secret);
}

/** `xxxxxxxx`, `aaaa-aaaa`, `11111111`. */
function fewCharacters(secret: string): boolean {
  const letters = secret.replace(/[^A-Za-z0-9]/g, '').slice(0, 64);
  return letters.length >= 4 && new Set(letters.toLowerCase()).size <= Math.min(4, letters.length / 3);
}

const TRIVIAL =
  /^(?:pass(?:word|wd|phrase)?|passwort|pwd|secret|token|admin(?:istrator)?|root|user(?:name)?|guest|test(?:ing|er|pass|user)?|demo|default|postgres|mysql|mongo(?:db)?|redis|rabbitmq|minio(?:admin)?|sa|dev(?:elopment)?|local|foo|bar|baz|qwerty|letmein|welcome|hunter2|changeit|abc|pw|p|x+|y+|none|null|nil|undefined|true|false|string|str|bool|text|required|optional|yes|no|on|off|value|key|holdpoint)[\d!@._-]{0,4}$/i;

/** Passwords everybody knows, defaults of local services, and words of schemas. */
export const isTrivialPassword = (password: string): boolean => TRIVIAL.test(password) || /^\d{1,6}$/.test(password);

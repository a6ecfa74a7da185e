import { ROLES } from '../place.ts';
import type { Analyser, PatternRule, Rule } from '../rule.ts';
import { isPlaceholder } from './placeholders.ts';
import { looksRandom } from './randomness.ts';
import { filler, HEX } from './sample-keys.ts';

const pem = (kind: string, body: string): string => `${['-----BEGIN', kind, 'PRIVATE', 'KEY-----'].join(' ')}\n${body}`;

const privateKey: Rule = {
  id: 'secrets.private-key',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'a private key (PEM, OpenSSH, PGP or PuTTY)',
  positive: { output: pem('RSA', filler(128)) },
  nearMiss: { tool: 'bash', arguments: { command: "grep -rl 'BEGIN RSA PRIVATE KEY-----' src && echo found a key that should not be there" } },
  source: 'RFC 7468',
};

/** Base64 of the key behind the armour, perhaps quoted, indented, or with `\n` spelled out. At least this much of it. */
const MIN_BODY = 48;
const MAX_KEY = 12_000;

export const privateKeys: Analyser = {
  name: 'private keys',
  roles: ROLES,
  literals: ['private key-----', 'private key block-----', 'private key ----', 'putty-user-key-file', 'private-lines:'],
  rules: [privateKey],
  analyse: ({ text, hits, budget, report }) => {
    let reached = -1;
    for (const hit of hits) {
      if (hit < reached) continue;
      budget.spend(48);
      const putty = /^(?:putty|private-lines)/i.test(text.slice(hit, hit + 13));
      const ahead = text.slice(Math.max(0, hit - 40), hit);
      const begin = Math.max(ahead.lastIndexOf('-----BEGIN'), ahead.lastIndexOf('---- BEGIN'));
      if (!putty && begin < 0) continue;
      const from = putty ? hit : hit - ahead.length + begin;
      budget.spend(600);
      const body = text.slice(hit, hit + 600).replace(/^(?:private key(?: block)? ?-{4,5}|[^\n]{0,200})/i, '');
      if (!hasKeyBody(body)) continue;
      const ending = text.slice(hit, hit + MAX_KEY);
      budget.spend(ending.length);
      const footer = putty ? /Private-MAC: ?[0-9a-f]*/i.exec(ending) : /-{4,5} ?END [A-Z0-9 ]{1,40}-{4,5}/.exec(ending);
      reached = footer ? hit + footer.index + footer[0].length : hit + bodyLength(ending);
      report(privateKey, from, reached);
    }
  },
};

function hasKeyBody(text: string): boolean {
  const lines = text.split(/(?:\\+[rn])+|[\s"'`+,|>]+/).filter((line) => line !== '');
  let characters = 0;
  for (const line of lines) {
    if (/^-{4,5}/.test(line) || line === 'END') break;
    if (/^(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Encryption|Public-Lines|Private-Lines|MessageID):?/i.test(line)) continue;
    if (/^[A-Za-z0-9+/=]{16,}$/.test(line) && !isPlaceholder(line.slice(0, 200))) characters += line.length;
  }
  return characters >= MIN_BODY;
}

const bodyLength = (text: string): number => /^[^\n\\]{0,120}(?:(?:\s|\\[nr]|["'+,>|])*[A-Za-z0-9+/=:]{1,200}){1,200}/.exec(text)?.[0].length ?? 0;

const jsonWebKey: Rule = {
  id: 'secrets.json-web-key',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'a JSON Web Key with its private part',
  positive: { output: `{"kty":"EC","crv":"P-256","x":"${filler(43)}","y":"${filler(43, undefined, 3)}","d":"${filler(43, undefined, 5)}"}` },
  nearMiss: { output: `{"kty":"EC","crv":"P-256","x":"${filler(43)}","y":"${filler(43, undefined, 3)}","kid":"signing"}` },
  source: 'RFC 7517, section 9.3',
};

/** `d` of an asymmetric key, `k` of a symmetric one. */
const PRIVATE_PART = /\\?["'][dk]\\?["'] {0,3}: {0,3}\\?["']([\w-]{32,700})/;

export const jsonWebKeys: Analyser = {
  name: 'JSON Web Keys',
  roles: ROLES,
  literals: ['"kty', "'kty"],
  rules: [jsonWebKey],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      const from = Math.max(reached, hit - 1_500);
      const window = text.slice(from, hit + 1_500);
      budget.spend(window.length);
      const opening = Math.max(0, window.lastIndexOf('{', hit - from));
      const closing = window.indexOf('}', hit - from);
      const end = closing < 0 ? window.length : closing;
      reached = from + end;
      const match = PRIVATE_PART.exec(window.slice(opening, end));
      const part = match?.[1];
      if (!match || part === undefined || isPlaceholder(part)) continue;
      const start = from + opening + match.index + match[0].length - part.length;
      report(jsonWebKey, start, start + part.length);
    }
  },
};

const walletKey: PatternRule = {
  id: 'secrets.wallet-key',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'the private key of a wallet (raw, WIF or extended)',
  positive: { output: `wallet private key: 0x${filler(64, HEX)}` },
  nearMiss: { output: `transaction 0x${filler(64, HEX)} of the wallet was mined; its private key stays in the HSM` },
  source: 'github.com/bitcoin/bips, BIP 32',
  roles: ROLES,
  literals: ['private key', 'private_key', 'privatekey', 'privkey', 'xprv', 'wif'],
  pattern: /(?:private[ _-]?key|privkey|wif)(?:["']? {0,3}(?:is|[:=]|=>) {0,3}|["']? )["']?((?:0x)?[0-9a-f]{64}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51})(?![0-9A-Za-z])|\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,112}\b/i,
  accepts: (match) => !isPlaceholder(match[1] ?? match[0]) && (match[1] === undefined || looksRandom(match[1].replace(/^0x/, ''))),
};

/** Words of a mnemonic have three to eight letters, and none of them is a word that sentences need. */
const SENTENCE = /^(?:the|and|for|are|was|were|not|from|this|your|you|with|have|has|must|never|write|them|they|been|which|please|our|who|its|these|those|use|seed|phrase)$/;

const seedPhrase: PatternRule = {
  id: 'secrets.seed-phrase',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'the seed phrase of a wallet',
  positive: { output: 'recovery phrase: marble orbit canyon velvet lunar tissue pepper galaxy rabbit uncle frozen anchor' },
  nearMiss: { output: 'A seed phrase is a list of twelve simple words that anybody who finds them can spend your money with, so never share it.' },
  source: 'github.com/bitcoin/bips, BIP 39',
  roles: ROLES,
  literals: ['seed-phrase', 'frase semilla', 'frase de recuperaci', 'frase di recupero', 'phrase de r', 'wiederherstellungs', 'herstelzin', '助记词', '助記詞', 'ニーモニック', 'мнемони', 'сид-фраз', 'seed фраз', 'seed phrase', 'seed_phrase', 'mnemonic', 'recovery phrase', 'recovery_phrase', 'seed words', 'wallet seed', 'secret phrase', 'backup phrase', 'seedphrase'],
  // Words in a row, in a list, with numbers or without.
  pattern:
    /(?:phrase|mnemonics?|words|seed|frase[\w\u00c0-\u017f ]{0,24}|récupération|wiederherstellungs\w{3,12}|herstelzin|助[记記][词詞]|ニーモニック|мнемоник\W{0,3}|фраз\W)["']?[^A-Za-z\n]{0,6}(?:(?:is|are|es|ist|for \w{1,20}|\([^)]{1,20}\)) ?[^A-Za-z\n]{0,4})?(?:\s|\\n){0,3}[["']{0,2}((?:(?:\d{1,2}[.):]? ?)?["']?[a-z]{3,8}["']?(?:[ ,;|\t\n]|\\n){1,3}){11,23}(?:\d{1,2}[.):]? ?)?["']?[a-z]{3,8})\b/i,
  after: 400,
  accepts: (match) => {
    const words = (match[1] ?? '').replaceAll('\\n', ' ').match(/[A-Za-z]+/g) ?? [];
    const first = words.slice(0, 12);
    return first.every((word) => /^[a-z]+$/.test(word) && !SENTENCE.test(word)) && new Set(first).size > 8;
  },
};

const xmlKey: PatternRule = {
  id: 'secrets.xml-private-key',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'an RSA key in XML with its private part',
  positive: { output: `<RSAKeyValue><Modulus>${filler(88)}</Modulus><Exponent>AQAB</Exponent><D>${filler(88, undefined, 3)}</D></RSAKeyValue>` },
  nearMiss: { output: `<RSAKeyValue><Modulus>${filler(88)}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>` },
  source: 'RFC 4051; .NET, RSA.ToXmlString',
  roles: ROLES,
  literals: ['<rsakeyvalue>'],
  pattern: /<RSAKeyValue>[^]{40,1700}?<D>[A-Za-z0-9+/=\s]{40,}/i,
  before: 2,
  after: 2_000,
};

const passwordHash: PatternRule = {
  id: 'secrets.password-hash',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a line of a password file (shadow, htpasswd, NT hashes)',
  positive: { output: ['deploy:$6$', filler(16), '$', filler(86), ':19700:0:99999:7:::'].join('') },
  nearMiss: { output: 'deploy:!:19700:0:99999:7:::\nthe column password_hash holds $2b$ hashes' },
  source: 'man 5 shadow, man 5 crypt',
  roles: ROLES,
  literals: [':$1$', ':$5$', ':$6$', ':$y$', ':$2a$', ':$2b$', ':$2y$', ':$apr1$', ':{sha}', ':{ssha}', ':$argon2', ':::', ':aad3b435b51404ee'],
  pattern: /(?<![\w$])[\w.@-]{1,64}:(?:\$(?:1|5|6|y|2[aby]|apr1|argon2id?)\$[\w./$=,+-]{20,150}|\{S?SHA\}[A-Za-z0-9+/=]{28,60}|\d{3,6}:[0-9a-f]{32}:[0-9a-f]{32}:::)/i,
  accepts: (match) => !isPlaceholder(match[0]),
};

const looseHash: PatternRule = {
  id: 'secrets.crackable-hash',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'the hash of a password by itself, in a form made to be guessed at (crypt, Kerberos tickets)',
  positive: { output: ['found $6$', filler(16), '$', filler(86), ' in the dump'].join('') },
  nearMiss: { output: 'hashes begin with $6$ and a salt: $6$salt$hash' },
  source: 'man 5 crypt; hashcat.net/wiki/doku.php?id=example_hashes',
  roles: ROLES,
  literals: ['$1$', '$5$', '$6$', '$y$j', '$krb5tgs$', '$krb5asrep$', '$dcc2$', '$apr1$', 'scram-sha-256$'],
  pattern: /(?:(?<![\w$:])|(?<=:)(?=\$(?:krb5|dcc2)))(?:SCRAM-SHA-256\$\d{4,6}:[A-Za-z0-9+/=]{16,44}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}|\$(?:1\$[\w./]{1,8}\$[\w./]{22}|apr1\$[\w./]{1,8}\$[\w./]{22}|5\$(?:rounds=\d{1,9}\$)?[\w./]{8,16}\$[\w./]{43}|6\$(?:rounds=\d{1,9}\$)?[\w./]{8,16}\$[\w./]{86}|y\$j[\w./]{1,4}\$[\w./]{8,86}\$[\w./]{43}|krb5(?:tgs|asrep)\$\d{2}\$[^\s:]{1,160}[$:][0-9a-f]{32}\$[0-9a-f]{40}|dcc2\$\d{1,6}#[^#\s]{1,60}#[0-9a-f]{32}))/i,
  before: 4,
  after: 320,
  accepts: (match) => !isPlaceholder(match[0].slice(match[0].lastIndexOf('$') + 1)),
};

export const otherKeys: readonly PatternRule[] = [looseHash, xmlKey, walletKey, seedPhrase, passwordHash];

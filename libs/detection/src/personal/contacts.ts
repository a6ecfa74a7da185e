import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Analyser, PatternRule, Rule, View } from '../rule.ts';
import { ROLES_OF_PEOPLE } from './national-ids.ts';
import { namesPerson } from './people.ts';

const contactList: Rule = {
  id: 'personal.contact-list',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a list of people with their phone numbers or dates of birth',
  positive: {
    output:
      'name,email,phone\nElena Rossi,elena.rossi@example.org,+39 06 6982 4417\nTom Keller,tom.keller@example.org,+49 30 901820\nAisha Nguyen,aisha.nguyen@example.org,+44 20 7946 0018\n',
  },
  nearMiss: { output: 'To: Elena Rossi <elena.rossi@example.org>, Tom Keller <tom.keller@example.org>\nCc: Aisha Nguyen <aisha.nguyen@example.org>, team@example.org\nSubject: minutes\n' },
};
const addressList: Rule = {
  id: 'personal.address-list',
  type: 'pii_exposure',
  severity: 'medium',
  sees: 'a list of people with their e-mail addresses',
  positive: { output: ['Elena Rossi', 'Tom Keller', 'Aisha Nguyen', 'Lucas Silva', 'Hannah Petrov'].map((name) => `${name};${name.toLowerCase().replace(' ', '.')}@example.org`).join('\n') },
  nearMiss: { output: 'Author: Elena Rossi <elena.rossi@example.org>\nCommit: Tom Keller <tom.keller@example.org>\n' },
};
const phoneNumber: Rule = {
  id: 'personal.phone-number',
  type: 'pii_exposure',
  severity: 'low',
  sees: 'a telephone number',
  positive: { output: 'you reach Elena on her mobile, +39 06 6982 4417' },
  nearMiss: { output: 'the phone model 06 6982 is sold out; call 112 in an emergency' },
};

const DOMAIN = /[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}/y;
const ROLE_ADDRESS = /^(?:info|support|help|sales|contact|admin|office|team|no-?reply|do-?not-?reply|noreply|postmaster|webmaster|abuse|security|billing|hello|hr|jobs|careers|press|marketing|service|git|root|notifications?|alerts?|builds?|ci|bot|dependabot|users?\d*|test\d*|example|foo|bar|dev|devs|ops)(?:[.+_-].*)?$/i;
/** Who wrote, signed or receives something is named with an address everywhere. */
const CORRESPONDENCE = /^[\s>*+-]*(?:(?:to|cc|bcc|from|reply-to|sender|recipients?|attendees?|participants?|organi[sz]er|author|authors?|maintainers?|contributors?|commit(?:ter)?|signed-off-by|co-authored-by|reviewed-by|acked-by|tested-by|reported-by|copyright|\(c\)|#|\/\/|@author)\b|©)/i;
const BIRTH_DATE = /\b(?:19[2-9]\d|200\d|201\d)-\d\d-\d\d\b/;
/** Cheap: three groups of digits, or many digits in a row. */
const PHONE_LIKE = /(?<![\w.-])(?:\+\d{1,3}[ .()-]{0,2})?\(?\d{2,4}\)?(?:[ .-]{0,2}\d{2,5}){2,4}(?![\w-])/;

const MAX_ADDRESSES = 400;
/** Of every list so many numbers are asked about; one question costs as much as some thousand characters. */
const MAX_PARSED = 3;
const STEPS_PER_PARSE = 3_000;

/** People stand in lines, in rows or in objects; three of them with a way to reach them are a list. */
export const contacts: Analyser = {
  name: 'contacts',
  roles: ROLES_OF_PEOPLE,
  literals: ['@', 'phone', 'mobile', 'telephone', 'tel:', 'telefon', ...['1 ', '1-', '1(', '44', '49', '33', '39', '34', '31', '41', '46', '48', '55', '61', '81', '91'].map((code) => `+${code}`)],
  rules: [contactList, addressList, phoneNumber],
  analyse: (view) => {
    const ways = waysToReach(view);
    const list = ways.length < 3 ? [] : longestList(recordsOf(view, ways));
    const [first, last] = [list[0], list.at(-1)];
    if (first && last && list.filter(({ rich }) => rich).length >= 3) view.report(contactList, first.start, last.end);
    else if (first && last && list.length >= 5) view.report(addressList, first.start, last.end);
    else tellPhone(view);
  },
};

/** Where an address that is nobody's office, or a word for a number with digits behind it, begins; each address once. */
function waysToReach({ text, hits, budget }: View): readonly number[] {
  const ways: number[] = [];
  const known = new Set<string>();
  for (const hit of hits.slice(0, MAX_ADDRESSES)) {
    budget.spend(8);
    if (text.charAt(hit) !== '@') {
      if (/\d{3}/.test(text.slice(hit, hit + 40))) ways.push(hit);
      continue;
    }
    const address = addressAt(text, hit);
    if (address === undefined || known.has(address)) continue;
    known.add(address);
    ways.push(hit);
  }
  return ways;
}

function recordsOf({ text, budget }: View, ways: readonly number[]): readonly Span[] {
  const records: Span[] = [];
  let reached = -1;
  let asked = 0;
  for (const way of ways) {
    if (way < reached) continue;
    const [start, end] = recordAround(text, way);
    const record = text.slice(start, end);
    budget.spend(record.length * 3);
    if (CORRESPONDENCE.test(record) || !namesPerson(record)) continue;
    const ask = asked < MAX_PARSED && PHONE_LIKE.test(record);
    if (ask) asked += 1;
    const phone = phoneIn(record, ask, budget);
    reached = end;
    if (text.charAt(way) === '@' || phone) records.push({ start, end, rich: phone || BIRTH_DATE.test(record) });
  }
  return records;
}

function addressAt(text: string, at: number): string | undefined {
  if (!isAddressCharacter(text.charCodeAt(at - 1)) || !isAddressCharacter(text.charCodeAt(at + 1))) return undefined;
  let start = at;
  while (start > 0 && at - start < 64 && (isAddressCharacter(text.charCodeAt(start - 1)) || /[.%-]/.test(text.charAt(start - 1)))) start -= 1;
  const local = text.slice(start, at);
  DOMAIN.lastIndex = at + 1;
  const domain = DOMAIN.exec(text)?.[0];
  return domain === undefined || ROLE_ADDRESS.test(local) ? undefined : `${local}@${domain}`;
}

const isAddressCharacter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || code === 43;

/** The line that a place stands in, or the object if the line names nobody; at most 180 characters to either side. */
function recordAround(text: string, at: number): readonly [number, number] {
  const before = text.slice(Math.max(0, at - 180), at);
  const after = text.slice(at, at + 180);
  const from = at - before.length;
  const line = Math.max(before.lastIndexOf('\n') + 1, before.lastIndexOf('\\n') + 2, before.lastIndexOf('; ') + 2, before.lastIndexOf('}') + 1, before.lastIndexOf('{') + 1);
  const ends = ['\n', '\\n', '; ', '}'].map((sign) => after.indexOf(sign)).filter((place) => place >= 0);
  const end = ends.length > 0 ? Math.min(...ends) : after.length;
  const opening = before.lastIndexOf('{');
  const closing = after.indexOf('}');
  if (opening < 0 || closing < 0 || namesPerson(before.slice(line < 2 ? 0 : line) + after.slice(0, end))) return [line < 2 ? from : from + line, at + end];
  return [from + opening, at + closing];
}

function phoneIn(record: string, ask: boolean, budget: View['budget']): boolean {
  const candidate = PHONE_LIKE.exec(record.replace(/\b\d{4}-\d\d-\d\d\b|\b(?:19|20)\d\d(?: ?[-–,] ?(?:19|20)\d\d){1,6}\b/g, ''))?.[0];
  if (candidate === undefined) return false;
  const digits = candidate.replace(/\D/g, '').length;
  if (digits < 8 || digits > 15) return false;
  if (!ask) return true;
  budget.spend(STEPS_PER_PARSE);
  // Numbers of fiction (555-01xx, the British drama ranges) are possible, not valid: in a list they count.
  return parsePhoneNumberFromString(candidate, 'US')?.isPossible() ?? false;
}

type Span = Readonly<{ start: number; end: number; rich: boolean }>;

/** Records with little between them. */
function longestList(records: readonly Span[]): readonly Span[] {
  let best: readonly Span[] = [];
  let run: Span[] = [];
  for (const record of records) {
    if (record.start - (run.at(-1)?.end ?? record.start) > 200) run = [];
    run.push(record);
    if (run.length > best.length) best = [...run];
  }
  return best;
}

const SAID_PHONE = /(?:phone|mobile|telephone|tel|telefon)\b["']?[^\d+\n(]{0,24}((?:\+|\()?\d[\d ().-]{6,20}\d)/iy;

/** One number that a word says is one; one question only, since it costs much. */
function tellPhone({ text, hits, budget, report }: View): void {
  let asked = 0;
  for (const hit of hits) {
    if (/[@+]/.test(text.charAt(hit))) continue;
    if (asked === 1) return;
    SAID_PHONE.lastIndex = hit;
    const match = SAID_PHONE.exec(text);
    const number = match?.[1];
    budget.spend(48);
    if (!match || number === undefined) continue;
    asked += 1;
    budget.spend(STEPS_PER_PARSE);
    if (!(parsePhoneNumberFromString(number, 'US')?.isValid() ?? false)) continue;
    report(phoneNumber, SAID_PHONE.lastIndex - number.length, SAID_PHONE.lastIndex);
    return;
  }
}

export const internetAddress: PatternRule = {
  id: 'personal.ip-address',
  type: 'pii_exposure',
  severity: 'low',
  sees: 'the public internet address of a client',
  positive: { output: 'login of elena.rossi, client_ip=93.184.216.34' },
  nearMiss: { output: 'login of elena.rossi, client_ip=10.0.4.17; version 1.2.3.4' },
  roles: ['prose', 'output', 'value'],
  literals: ['client_ip', 'clientip', 'remote_addr', 'source_ip', 'ip_address', 'ip address', 'x-forwarded-for', 'last_login_ip'],
  pattern: /(?:client_?ip|remote_addr|source_ip|ip[_ ]address|x-forwarded-for|last_login_ip)["']?\s{0,2}(?:[:=]|is)?\s{0,2}["']?(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])/i,
  before: 2,
  after: 64,
  accepts: ([, address = '']) => !/^(?:0|10|127|22[4-9]|23\d|24\d|25\d|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address),
};

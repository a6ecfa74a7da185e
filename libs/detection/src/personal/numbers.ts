import { codesOf } from '../codes.ts';
import type { Place } from '../place.ts';
import { ROLES } from '../place.ts';
import type { Analyser, Rule, View } from '../rule.ts';
import { hasIssuer, isMadeUpCard, isTestCard } from './cards.ts';
import { isCpf, isDate, luhn, pairAt, remainder, weighted } from './check-digits.ts';
import { formedId } from './formed-ids.ts';
import { ibanIn } from './ibans.ts';
import { ROLES_OF_PEOPLE } from './national-ids.ts';
import { isAboutPerson, namesPerson } from './people.ts';
import { endsTelephone, isDateOfBirth, isTelephone, rosterOf, rosterRules } from './rosters.ts';
import { ruleOfOutput } from './told.ts';
import { isCoordinate, whereabouts, whereaboutsOf } from './whereabouts.ts';

const card = ruleOfOutput({
  id: 'card-number',
  severity: 'high',
  sees: 'the number of a payment card',
  positive: 'charged 4929 5814 6320 7711 for the order',
  harmless: 'in test mode use 4242 4242 4242 4242; the serial is 4929-5814-6320-7711-3',
  source: 'ISO/IEC 7812-1',
});
const cardWithCode = ruleOfOutput({
  id: 'card-with-code',
  severity: 'high',
  sees: 'the number of a payment card with its expiry date or security code',
  positive: '{"card_number": "1111-2222-3333-4444", "expiry_date": "08/27", "cvv": "123"}',
  harmless: '{"order_number": "1111-2222-3333-4444", "expiry_date": "08/27"}',
});
const stripe = ruleOfOutput({
  id: 'magnetic-stripe',
  severity: 'critical',
  sees: 'the tracks of a payment card’s stripe, as a reader takes them off',
  positive: '%B4929581463207711^ROSSI/ELENA^28051010000000000000?',
  harmless: '%B0000000000000000^NAME/TEST^00001010000?',
  source: 'ISO/IEC 7813',
});
const likelyCard = ruleOfOutput({
  id: 'likely-card-number',
  severity: 'medium',
  sees: 'a number that may be one of a payment card, or a card number in a field made for it',
  positive: '4929581463207711',
  harmless: '4929581463207719',
});
const iban = ruleOfOutput({
  id: 'iban',
  severity: 'high',
  sees: 'an international bank account number',
  positive: 'please refund to NL06 XSWZ 4702 3218 07',
  harmless: 'please refund to NL07 XSWZ 4702 3218 07',
  source: 'ISO 13616',
});
const ibanInPayment: Rule = {
  ...ruleOfOutput({ id: 'iban-of-payment', severity: 'low', sees: 'a bank account number in a payment that is made with it', positive: '', harmless: '' }),
  positive: { tool: 'send_money', arguments: { recipient: 'NL06XSWZ4702321807', amount: 12 } },
  nearMiss: { tool: 'send_money', arguments: { recipient: 'NL07XSWZ4702321807', amount: 12 } },
};
const ibanOfCompany = ruleOfOutput({
  id: 'iban-of-company',
  severity: 'low',
  sees: 'the bank account of a company on its invoice',
  positive: 'Invoice 113, Acme Ltd, IBAN NL06 XSWZ 4702 3218 07, BIC XSWZNL2A',
  harmless: 'Invoice 113, Acme Ltd, IBAN NL07 XSWZ 4702 3218 07, BIC XSWZNL2A',
});
const unnamedId = ruleOfOutput({
  id: 'unnamed-national-id',
  severity: 'high',
  sees: 'a national id in a form that nothing else has (China, France, Switzerland, Brazil, Korea, Thailand, the Emirates)',
  positive: 'record 4711, 320106198804172516',
  harmless: 'record 4711, 320106198813172516',
});
const likelySsn = ruleOfOutput({
  id: 'likely-ssn',
  severity: 'medium',
  sees: 'a number in the form of a US social security number',
  positive: 'the number is 031-50-9349',
  harmless: 'the number is 900-50-9349, part 031-50-93491',
});

const ssnOfPerson = ruleOfOutput({
  id: 'ssn-of-person',
  severity: 'high',
  sees: 'a number in the form of a US social security number, with a name or a date of birth',
  positive: '{"name": "Erik Solberg", "nr": "231-34-4451"}',
  harmless: '{"part": "valve", "nr": "231-34-4451"}',
});

const MIN_RUN = 9;
/** Ids with letters in them have as few digits in a row. */
const MIN_DIGITS = 6;
const CARD_WORDS = /card|visa|master|amex|american express|discover|credit|debit|payment|cvv|cvc|expir|charge|billing|\bpan\b|\bcc\b|refund|maestro|diners|\bjcb\b|unionpay|karte|carte|tarjeta|cart[ãa]o/i;
const CARD_FIELD = /card_?(?:number|no|num)|cc_?(?:number|num)|credit_?card|debit_?card|kreditkarte/i;
const CODE_WORDS = /\b(?:cvv2?|cvc2?|cid|csc|security_?code|exp(?:iry|iration|ires|_?month|_?year)?(?:_?date)?)\b/i;
/** `number|month|year|code`, as stolen ones are traded. */
const CODE_BEHIND = /^[|:;]\d{1,2}[|/:;]\d{2,4}[|:;]\d{3,4}(?!\d)/;
const PAYS = /pay|transfer|send_?money|iban|refund|payout|remit|invoice|charge|bank|transaction|wire|sepa|withdraw|deposit/i;

export const numbers: Analyser = {
  name: 'numbers',
  roles: ROLES,
  literals: [],
  rules: [card, cardWithCode, stripe, likelyCard, iban, ibanInPayment, unnamedId, likelySsn, ssnOfPerson, ibanOfCompany, whereabouts, ...rosterRules],
  analyse: (view) => {
    const { text, budget } = view;
    const dates: number[] = [];
    const phones: number[] = [];
    const coordinates: number[] = [];
    for (let digitAt = nextDigit(text, 0); digitAt >= 0; ) {
      let start = digitAt;
      while (start > 0 && (isDigit(text, start - 1) || (isSeparator(text, start - 1) && isDigit(text, start - 2)))) start -= 1;
      let end = digitAt + 1;
      while (end < text.length && (isDigit(text, end) || (isSeparator(text, end) && isDigit(text, end + 1)))) end += 1;
      budget.spend(end - start);
      if (end - start >= 8 && end - start <= 10 && isDateOfBirth(text.slice(start, end))) dates.push(start);
      else if (endsTelephone(text, start, end)) phones.push(start);
      else if (end - start >= 10 && end - start <= 17 && isTelephone(text.slice(start, end))) phones.push(start);
      if (end - start >= 6 && end - start <= 16 && isCoordinate(text.slice(start, end))) coordinates.push(start);
      if (end - start >= 16 && isExpiryBehind(text, start, end)) end -= 3;
      // What is longer is no number of anybody: a matrix, a log of times.
      if (end - start >= MIN_DIGITS && end - start <= 64) end = Math.max(end, readFormed(view, start, end), end - start >= MIN_RUN ? readNumber(view, start, end) : 0);
      digitAt = nextDigit(text, end + 1);
    }
    if (!ROLES_OF_PEOPLE.includes(view.place.role)) return;
    if (dates.length >= 3) rosterOf(view, dates, 'dates');
    if (phones.length >= 3) rosterOf(view, phones, 'telephones');
    if (coordinates.length >= 4) whereaboutsOf(view, coordinates);
  },
};

/** A digit of the next number, or -1. Looks at every seventh place and the one behind it only: six digits in a row, or nine with single separators, cannot slip between. */
function nextDigit(text: string, from: number): number {
  const codes = codesOf(text);
  const last = text.length - 1;
  for (let at = from; at <= last; at += MIN_DIGITS + 1) {
    if (isDigitCode(codes[at] ?? 0)) return at;
    if (at < last && isDigitCode(codes[at + 1] ?? 0)) return at + 1;
  }
  return -1;
}

const isDigitCode = (code: number): boolean => code >= 48 && code <= 57;
const isDigit = (text: string, at: number): boolean => isDigitCode(text.charCodeAt(at));
const isUpperAt = (text: string, at: number): boolean => text.charCodeAt(at) >= 65 && text.charCodeAt(at) <= 90;
const isSeparator = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code === 32 || code === 45 || code === 46 || code === 0xa0;
};
/** Letters of any script count: `NaN` beyond the text is none. */
const isWordAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code > 0xbf;
};

/** Ids whose letters and check say what they are. */
function readFormed(view: View, start: number, end: number): number {
  if (!ROLES_OF_PEOPLE.includes(view.place.role)) return 0;
  const found = formedId(view.text, start, end);
  if (!found) return 0;
  view.budget.spend(200);
  view.report(found.rule, found.start, found.end);
  return found.end;
}

function readNumber(view: View, start: number, end: number): number {
  const { text, place, budget } = view;
  const before = text.charCodeAt(start - 1);
  const letterBefore = (before >= 65 && before <= 90) || ((before === 32 || before === 45) && isUpperAt(text, start - 2));
  if (letterBefore) {
    budget.spend(64);
    const found = ibanIn(text, Math.max(0, start - 12), start);
    if (found) {
      view.report(isPayment(place) ? ibanInPayment : isOfCompany(text, found) ? ibanOfCompany : iban, found.start, found.end);
      return found.end;
    }
  }
  const run = text.slice(start, end);
  const digits = run.replace(/\D/g, '');
  if (isOnStripe(text, start, end) && hasIssuer(digits) && luhn(digits)) {
    view.report(stripe, start, end);
    return end;
  }
  if (digits.length < 9 || isWordAt(text, start - 1) || isWordAt(text, end)) return /[Xx]/.test(text.charAt(end)) && digits.length === 17 ? readId(view, start, end + 1, `${digits}X`) : end;
  if (digits.length >= 13) {
    budget.spend(160);
    if (readCard(view, start, end, run, digits)) return end;
  }
  return readId(view, start, end, digits);
}

/** `4929581463207711 08/27`: the month behind a blank is no part of the number. */
const isExpiryBehind = (text: string, start: number, end: number): boolean => end - start <= 23 && /^\/\d{2}/.test(text.slice(end, end + 3)) && / (?:0[1-9]|1[0-2])$/.test(text.slice(end - 3, end));

/** `B…^NAME^2805…`, `;…=2805…`. */
const isOnStripe = (text: string, start: number, end: number): boolean => end - start <= 19 && ((text.charAt(start - 1) === 'B' && /^\^[A-Z ./-]{2,26}\^\d{4}/.test(text.slice(end, end + 34))) || (text.charAt(start - 1) === ';' && /^=\d{7}/.test(text.slice(end, end + 8))));

/** Agents that pay need the account to pay to. */
const isPayment = ({ role, tool, field }: Place): boolean => role !== 'output' && role !== 'prose' && (role === 'address' || /iban|account|recipient|payee|beneficiary|creditor|debtor/.test(field) || PAYS.test(tool));

const COMPANY = /\b(?:GmbH|AG|KG|UG|Ltd\.?|LLC|Inc\.?|PLC|S\.?A\.?R\.?L|SAS|S\.?A\.|B\.?V\.?|N\.?V\.?|S\.?p\.?A|S\.?r\.?l|S\.?L\.?|Oyj?|AB|ApS|A\/S|s\.r\.o|sp\. z o\.?o|Kft|e\.V\.)(?![A-Za-z])/;
const BILL = /\b(?:invoice|rechnung|facture|factura|fattura|fatura|faktura|factuur|lasku|bill|remittance)/i;

/** An invoice says to which account its company is paid; somebody named beside it may be the owner. */
function isOfCompany(text: string, { start, end }: Readonly<{ start: number; end: number }>): boolean {
  const near = text.slice(Math.max(0, start - 200), end + 120);
  return COMPANY.test(near) && BILL.test(near) && !namesPerson(near);
}

function readCard(view: View, start: number, end: number, run: string, digits: string): boolean {
  const { text, place } = view;
  if (digits.length > 19 || isTestCard(digits)) return false;
  const around = text.slice(Math.max(0, start - 60), end + 60);
  if (isMadeUpCard(digits) && !(namesPerson(around) && !/example|sample|\btest/i.test(around))) return false;
  const said = CARD_FIELD.test(text.slice(Math.max(0, start - 32), start)) || CARD_FIELD.test(place.field);
  if (said && place.role === 'output' && CODE_WORDS.test(text.slice(Math.max(0, start - 120), end + 120))) {
    view.report(cardWithCode, start, end);
    return true;
  }
  if (!hasIssuer(digits) || !luhn(digits)) return false;
  const grouped = /^\d{4}([ -])\d{4}\1\d{4}\1\d{4}$|^\d{4}([ -])\d{6}\2\d{5}$/.test(run);
  const compact = /^\d+$/.test(run);
  if (!grouped && !compact) return false;
  if (CARD_FIELD.test(place.field) && place.role !== 'output') view.report(likelyCard, start, end);
  else if (CODE_BEHIND.test(text.slice(end, end + 14))) view.report(cardWithCode, start, end);
  else if (grouped || CARD_WORDS.test(around)) view.report(CODE_WORDS.test(around) ? cardWithCode : card, start, end);
  else if (digits.length >= 15 && digits.length <= 16 && text.charAt(start - 1) !== '/' && !/["'_]?(?:id|key|seq|serial|version|timestamp|time|ts|hash|number|no)["']?\s{0,2}[:=#]\s{0,2}["']?$/i.test(text.slice(Math.max(0, start - 24), start))) view.report(likelyCard, start, end);
  else return false;
  return true;
}

function readId(view: View, start: number, end: number, digits: string): number {
  const run = view.text.slice(start, end);
  if (isUnnamedId(run, digits)) view.report(unnamedId, start, end);
  else if (/^\d{3}-\d{2}-\d{4}$/.test(run) && !/ssn|social[ _-]?sec|itin|tax/i.test(view.text.slice(Math.max(0, start - 60), start)) && !/^(?:000|666|9)|-00-|-0000$/.test(run) && !/^(?:123-45-6789|078-05-1120|219-09-9999|(\d)\1\1-\1\1-\1{4})$/.test(run))
    view.report(isAboutPerson(view.text.slice(Math.max(0, start - 120), end + 120)) ? ssnOfPerson : likelySsn, start, end);
  return end;
}

function isUnnamedId(run: string, digits: string): boolean {
  // Resident identity number of China: region, date of birth, check character of ISO 7064 MOD 11-2.
  if (/^[1-8]\d{16}[\dX]$/.test(digits) && /^\d{17}[\dXx]$/.test(run)) {
    const year = Number(digits.slice(6, 10));
    return year >= 1900 && year < 2030 && isDate(year, pairAt(digits, 10), pairAt(digits, 12)) && '10X98765432'.charAt(weighted(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === digits.charAt(17);
  }
  // NIR of France, in its usual groups: sex, year, month, department, commune, order, key.
  if (/^[12][ .]\d{2}[ .](?:0[1-9]|1[0-2]|[2-4]\d|5\d|62|63)[ .]\d{2}[ .]\d{3}[ .]\d{3}[ .]?\d{2}$/.test(run)) return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
  // AHV number of Switzerland, EAN-13.
  if (/^756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}$/.test(run) && run.length > 13) return (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits.charAt(12)) && digits !== '7569217076985';
  // CPF of Brazil, with its dots and hyphen.
  if (/^\d{3}\.\d{3}\.\d{3}-\d{2}$/.test(run)) return isCpf(digits);
  // Resident registration number of Korea; those given out since October 2020 have no check.
  if (/^\d{6}-[1-8]\d{6}$/.test(run)) return isDate(pairAt(digits, 0), pairAt(digits, 2), pairAt(digits, 4)) && (11 - (weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(digits.charAt(12));
  // National id of Thailand, with its hyphens.
  if (/^[1-8]-\d{4}-\d{5}-\d{2}-\d$/.test(run)) return (11 - (weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(digits.charAt(12));
  // Emirates ID.
  return /^784-(?:19|20)\d{2}-\d{7}-\d$/.test(run) && luhn(digits);
}

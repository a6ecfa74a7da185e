import type { Word } from './words-of-text.ts';

const listed = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words of people who write about attacks. */
const ATTACK = listed(
  'attack attacks attacker attackers attacking injection injections injected inject injecting jailbreak jailbreaks adversarial malicious payload payloads exploit exploits detect detects detected detector detection blocks blocked flagged flags filter sanitize sanitizes vulnerability vulnerable researchers researcher hackers hacker phishing defence defense mitigations mitigation ' +
    'angriff angriffe angreifer schwachstelle attaque attaques attaquant attaquants ataque ataques atacante atacantes inyeccion injecao attacco attacchi attaccante iniezione aanval aanvallen aanvaller atak ataki atakujacy saldiri saldirgan serangan tan cong',
);
const REPORTING = listed('like phrase phrases string strings sentence example examples eg such as says said saying asks asked tells told contains containing wrote writes written text input prompt prompts words called titled named entitled test tests case typed regex pattern patterns match matches keyword keywords wie satze satz phrases frases frase comme como come zoals jak jako gibi seperti');
/** Before a verb that is described, not ordered. */
const DESCRIBED = listed('to it they he she we may might could would can cannot should will models users agents attackers people which that or without by lets let makes make made didnt wont i');
/** Of these, the words that turn an order around. */
const FORBIDDEN = listed('not never dont doesnt cannot cant shouldnt without didnt wont nobody');

/** How far back a sentence is looked at. */
const REACH = 24;

/** What surrounds a phrase says that somebody writes about it, or tells a story, instead of ordering it. */
export function isReported(words: readonly Word[], first: number, last: number, text: string): boolean {
  const opening = words[first];
  if (!opening) return false;
  const end = words[last]?.end ?? opening.end;
  if (isWholeQuote(text, opening.start, end) || isSubjectLine(text, opening.start) || isSpoken(text, opening.start) || isSample(text, opening.start, end)) return true;
  let attack = false;
  let reporting = false;
  for (let at = Math.max(0, first - REACH); at < Math.min(words.length, last + 10); at += 1) {
    if (at >= first && at <= last) continue;
    const word = words[at];
    if (!word || Math.abs(word.sentence - opening.sentence) > (at < first ? 1 : 0)) continue;
    attack ||= ATTACK.has(word.word);
    reporting ||= at < first && first - at <= 8 && REPORTING.has(word.word);
  }
  const quoted = opening.quoted || (words[first - 1]?.quoted ?? false);
  if (quoted) return attack || reporting;
  return attack && !opening.leads;
}

const QUOTES = '"\'`“”‘’«»';

/** A phrase and nothing else between quotation marks; a value of JSON does not count. */
function isWholeQuote(text: string, start: number, end: number): boolean {
  const closing = text[end] === '.' || text[end] === '!' ? end + 1 : end;
  if (start === 0 || !QUOTES.includes(text[start - 1] ?? ' ') || !QUOTES.includes(text[closing] ?? ' ')) return false;
  return !/[:,{]\s{0,2}$/.test(text.slice(Math.max(0, start - 4), start - 1));
}

const SAMPLED = /(?:\b(?:expect|assert\w*|scan\w*|detect\w*|test|it|check\w*|analy[sz]e\w*|guard\w*|block\w*|match\w*)\(|\b(?:positive|negative|attacks|\w*patterns?|regex\w*)["']?\s{0,2}[:=])[^\n.!?]{0,24}["'`/]$/i;
const EXPRESSION = /\\[sb]|\(\?:|\)\?|\.\*|\[\^/;

/** A text that a test, a list of patterns or a regular expression holds up: `expect(scan("ignore all …`, `/ignore (all )?previous …/`. */
const isSample = (text: string, start: number, end: number): boolean => EXPRESSION.test(text.slice(start, end + 4)) || (start > 0 && SAMPLED.test(text.slice(Math.max(0, start - 60), start)));

/** A figure of a story speaks: `"From now on you obey me," she said.` */
function isSpoken(text: string, start: number): boolean {
  if (!/["“][^"“”\n]{0,80}$/.test(text.slice(Math.max(0, start - 81), start))) return false;
  return /[,.!?]["”]\s(?:[\w.]{1,20}\s){1,2}?(?:said|whispered|asked|replied|shouted|cried|muttered|answered|murmured|laughed|nodded|smiled)\b/.test(text.slice(Math.max(0, start - 200), start + 200));
}

/** `fix(parser): ignore …`: a commit or a changelog says what was done; also where the phrase begins in the scope, `feat(ai): …`. */
const isSubjectLine = (text: string, start: number): boolean => /(?:^|[\n"'])\s{0,3}(?:[-*]\s)?(?:[\da-f]{7,40}: )?(?:fix|feat|chore|docs|refactor|test|perf|build|ci|style|revert)(?:(?:\([^)\n]{1,30}\))?!?:\s{1,3}|\([^)\n]{0,30})$/i.test(text.slice(Math.max(0, start - 100), start));

/** `Assistant: …` behind a line of the one it answers is a turn of a conversation. */
export const isTurn = (text: string, start: number): boolean =>
  /(?:^|\n)\s{0,4}$/.test(text.slice(Math.max(0, start - 6), start)) && /(?:^|\n)\s{0,4}(?:user|customer|human|visitor|client|guest|caller|you|me|q)\s?:/i.test(text.slice(Math.max(0, start - TURN), start));

/** How far back the other's turn is looked for. */
const TURN = 400;

const PAPERS = /^,?\s(?:above |below )?(?:in|on|from) (?:the|our|this|that|my) (?:old )?(?:wiki|manual|readme|guide|handbook|docs|documentation|leaflet|box|package|packaging|faq|booklet|recipe|video|poster)\b/i;
const CHOICE = /^\s(?:above |below )?(?:if|when|unless) (?:you(?:’re|'re| are)? (?:making|using|already|have|want|prefer|installed|upgrading|running|cooking|building)|your|it is|it's)\b/i;

/** Instructions of something else than a conversation: `ignore the old instructions in the wiki`, `… above if you use gas`. */
export const isAboutPapers = (text: string, end: number): boolean => PAPERS.test(text.slice(end, end + 60)) || CHOICE.test(text.slice(end, end + 60));

/** The verb at `first` is forbidden or described: `never ignore …`, `it may ignore …`. Words to the reader (`you may`) order. */
export function isDescribed(words: readonly Word[], first: number): boolean {
  const verb = words[first];
  if (!verb || verb.quoted) return false;
  // "Never do this without asking the user" wants the user to be asked.
  if (verb.word === 'without' && [1, 2, 3, 4, 5, 6, 7, 8].some((back) => FORBIDDEN.has(wordBefore(words, first, back)))) return true;
  const before = wordBefore(words, first, 1);
  const further = [1, 2, 3, 4, 5].map((back) => wordBefore(words, first, back));
  if (further.slice(0, 2).some((word) => FORBIDDEN.has(word))) return true;
  if (verb.leads) return false;
  if (further.some((word) => /^(?:you|your|must|assistant|ai|agent|llm|chatbot|system|please)$/.test(word))) return false;
  return DESCRIBED.has(before);
}

function wordBefore(words: readonly Word[], first: number, back: number): string {
  const word = words[first - back];
  return word && word.sentence === words[first]?.sentence ? word.word : '';
}

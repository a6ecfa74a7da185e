import { ROLES } from '../place.ts';
import type { Analyser, Rule, View } from '../rule.ts';
import { LETTERS_AND_DIGITS, Runs } from '../runs.ts';
import { cloudKeys } from './cloud-keys.ts';
import { codeKeys } from './code-keys.ts';
import type { KeyFamily } from './key-family.ts';
import { messageKeys } from './message-keys.ts';
import { paymentKeys } from './payment-keys.ts';
import { isPlaceholder } from './placeholders.ts';
import { isWordy } from './randomness.ts';
import { filler } from './sample-keys.ts';
import { serviceKeys } from './service-keys.ts';

const families: readonly KeyFamily[] = [...cloudKeys, ...codeKeys, ...paymentKeys, ...messageKeys, ...serviceKeys];

const keyWhereItBelongs: Rule = {
  id: 'secrets.key-where-it-belongs',
  type: 'credential_exposure',
  severity: 'medium',
  sees: "a provider's key in a field made for secrets, or in a command that calls that provider",
  positive: { tool: 'http_get', arguments: { url: 'https://api.stripe.com/v1/charges', authorization: ['Bearer sk', '_live_', filler(24)].join('') } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://api.stripe.com/v1/charges', authorization: 'Bearer ${STRIPE_KEY}' } },
};

type Format = Readonly<{ family: KeyFamily; pattern: RegExp; prefixes: readonly string[] }>;

/** The first two characters of a key -> the formats it may have. */
const formatsByStart: ReadonlyMap<string, readonly Format[]> = indexed();

function indexed(): ReadonlyMap<string, readonly Format[]> {
  const index = new Map<string, Format[]>();
  for (const family of families) {
    for (const [prefixes, rest] of family.formats) {
      const pattern = new RegExp(`(?:${prefixes.map((prefix) => prefix.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|')})${rest}(?![A-Za-z0-9])`, 'y');
      for (const start of new Set(prefixes.map((prefix) => prefix.slice(0, 2)))) index.set(start, [...(index.get(start) ?? []), { family, pattern, prefixes }]);
    }
  }
  return index;
}

const ruleOf = (id: string): KeyFamily => {
  const family = families.find(({ rule }) => rule.id === `secrets.${id}`);
  if (!family) throw new TypeError(`no rule secrets.${id}`);
  return family;
};

/** Keys told by their middle, their end or what stands before them. `from` characters ahead of the run are part of the key. */
const ODD_FORMATS: readonly Readonly<{ family: KeyFamily; from: number; pattern: RegExp }>[] = [
  { family: ruleOf('terraform-token'), from: 23, pattern: /(?<!(?<!\\)[A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}(?![A-Za-z0-9])/ },
  { family: ruleOf('azure-devops-token'), from: 0, pattern: /^(?:[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}|[\w-]{40,44}Az(?:Fu|Se|Ca)[\w-]{6,10}={0,2})(?![A-Za-z0-9])/ },
  { family: ruleOf('mailchimp-key'), from: 0, pattern: /^[0-9a-f]{32}-(?:us\d{1,2}|[0-9a-f]{8}-[0-9a-f]{8})(?![\w-])/ },
  { family: ruleOf('chat-bot-token'), from: 14, pattern: /(?<!\d)\d{8,10}:AA[\w-]{32,33}(?![\w-])/ },
  { family: ruleOf('chat-bot-token'), from: 0, pattern: /^[MNO][A-Za-z0-9_-]{22,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/ },
  { family: ruleOf('identity-provider-token'), from: 0, pattern: /^00(?=[\w-]{0,39}[a-z])(?=[\w-]{0,39}[A-Z])[\w-]{40}(?![\w-])/ },
  { family: ruleOf('work-tool-key'), from: 40, pattern: /(?<!(?<!\\)[\w/])[0-2]\/\d{13,18}(?:\/\d{13,18})?:[0-9a-f]{32}(?![\w-])/ },
  { family: ruleOf('twilio-key'), from: 35, pattern: /(?<!\w)AC[0-9a-f]{32}:[0-9a-f]{32}(?!\w)/ },
  { family: ruleOf('chat-bot-token'), from: 6, pattern: /(?<!\w)oauth:[a-z0-9]{30}(?![\w-])/ },
  { family: ruleOf('push-key'), from: 12, pattern: /(?<![\w-])AAAA[\w-]{7}:APA91b[\w-]{120,160}(?![\w-])/ },
  { family: ruleOf('monitoring-key'), from: 0, pattern: /^(?:[a-f0-9]{36}|(?:eu|gov)\d\dxx[a-f0-9]{30,32})(?:FFFF)?NRAL(?![\w-])/ },
  { family: ruleOf('infrastructure-token'), from: 0, pattern: /^[1-3][A-Za-z0-9]{26}_[A-Za-z0-9]{20,21}(?![\w-])/ },
  { family: ruleOf('model-service-key'), from: 0, pattern: /^[A-Za-z0-9]{50,56}JQQJ9[9D][A-Za-z0-9]{20,30}(?![\w-])/ },
  { family: ruleOf('work-tool-key'), from: 17, pattern: /(?<!\w)00D[A-Za-z0-9]{12}!AQ[\w.]{60,120}(?![\w-])/ },
  { family: ruleOf('payment-key'), from: 48, pattern: /access_token\$(?:production|live)\$[a-z0-9]{16}\$[0-9a-f]{32}(?![\w-])/ },
];
/** What an odd format needs somewhere in its run or right behind it; one look instead of eight expressions. */
const ODD = /AZDO|Az(?:Fu|Se|Ca)|-us\d{1,2}$|^[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}$|^AA[\w-]{32,33}$|^APA91b|NRAL$|JQQJ9[9D]|^[1-3][A-Za-z0-9]{26}_|^AQ\w{21}|^00[\w-]{40}$|^[MNO][\w-]{22,27}$|^[\w-]{60,70}$|^[0-9a-f]{32}$|^[a-z0-9]{30}$/;

const [BACKSLASH, HYPHEN, UNDERSCORE, DOT] = [92, 45, 95, 46];

/** No key is shorter; a word seldom is as long. */
const SHORTEST = 20;

const keyRuns = new Runs(`${LETTERS_AND_DIGITS}_-`, SHORTEST);

export const providerKeys: Analyser = {
  name: 'provider keys',
  roles: ROLES,
  literals: [],
  rules: [...families.map(({ rule }) => rule), keyWhereItBelongs],
  analyse: (view) => {
    const { text, budget } = view;
    keyRuns.each(text, (start, end) => {
      budget.spend(end - start + 40);
      return Math.max(end, readRun(view, start, end));
    });
  },
};

/** Where the key that begins in this run ends; 0 if there is none. */
function readRun(view: View, runStart: number, end: number): number {
  const { text } = view;
  let start = runStart;
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  // `\nghp_…` in a text that was quoted once more.
  if (before === BACKSLASH) start += 1;
  while (start < end && (text.charCodeAt(start) === HYPHEN || text.charCodeAt(start) === UNDERSCORE)) start += 1;
  const found = readAt(view, start);
  if (found > 0) return found;
  // `hvs.…`, `SG.….…`, `dp.pt.…`: what the run follows belongs to it.
  if (before === DOT) {
    const nearest = segmentBefore(text, start);
    const first = text.charCodeAt(nearest - 1) === DOT ? segmentBefore(text, nearest) : nearest;
    const joined = readAt(view, first) || (first === nearest ? 0 : readAt(view, nearest));
    if (joined > 0) return joined;
  }
  return readOdd(view, start, end);
}

/** Where the short run before a dot begins. */
function segmentBefore(text: string, dot: number): number {
  let start = dot - 1;
  while (start > 0 && dot - start <= 27 && keyRuns.has(text.charCodeAt(start - 1))) start -= 1;
  return text.charCodeAt(start - 1) === BACKSLASH ? start + 1 : start;
}

function readAt(view: View, start: number): number {
  const { text } = view;
  const formats = formatsByStart.get(text.slice(start, start + 2));
  if (!formats) return 0;
  for (const { family, pattern, prefixes } of formats) {
    pattern.lastIndex = start;
    const key = pattern.exec(text)?.[0];
    if (key === undefined) continue;
    view.budget.spend(key.length);
    const prefix = prefixes.find((candidate) => key.startsWith(candidate)) ?? '';
    if (tell(view, family, start, key, key.slice(prefix.length))) return start + key.length;
  }
  return 0;
}

function readOdd(view: View, start: number, end: number): number {
  const { text } = view;
  // The shortest of them: the first part of a Discord token.
  if (end - start < 23 || !ODD.test(text.slice(start, Math.min(end, start + 128)))) return 0;
  for (const { family, from, pattern } of ODD_FORMATS) {
    const first = Math.max(0, start - from);
    view.budget.spend(end - first > 200 ? 200 : end - first);
    const match = pattern.exec(text.slice(first, start + 160));
    if (match && tell(view, family, first + match.index, match[0], match[0])) return first + match.index + match[0].length;
  }
  return 0;
}

function tell(view: View, family: KeyFamily, start: number, key: string, secret: string): boolean {
  if (isPlaceholder(key) || (/[a-z]/.test(secret) && isWordy(secret)) || (family.accepts && !family.accepts(key))) return false;
  view.report(belongs(view, family, start) ? keyWhereItBelongs : family.rule, start, start + key.length);
  return true;
}

function belongs({ text, place }: View, { hosts }: KeyFamily, start: number): boolean {
  // Names in a list of variables are the caller's own: no field was made for this secret.
  if (place.role === 'secret') return !/\/(?:env|environment|vars|variables|env_vars|build_args|labels|annotations|metadata|tags)\//i.test(place.path);
  return (place.role === 'shell' || place.role === 'powershell') && hosts !== undefined && hosts.test(text.slice(Math.max(0, start - 400), start + 600));
}

import type { Place, Role } from '../place.ts';
import type { View } from '../rule.ts';

/** Where program text does not belong; `code` for the fields of expressions, which `holdsData` tells apart. */
export const DATA_ROLES: readonly Role[] = ['path', 'url', 'host', 'markup', 'prose', 'address', 'value', 'secret', 'code'];
/** The same with commands: text that is written to a file or handed on. */
export const ALL_ROLES: readonly Role[] = ['shell', 'powershell', 'cmd', 'sql', ...DATA_ROLES];

const EXPRESSION_FIELD = /(?:^|_)(?:expression|formula|filter|condition|calculation|equation)s?$/;

/** Whether a text is data to its tool: program text in it is an intrusion. An expression for a calculator is data too. */
export const holdsData = (place: Place): boolean => !searchesCode(place) && isData(place);

const isData = ({ role, field, file }: Place): boolean => (role === 'code' ? file === '' && EXPRESSION_FIELD.test(field) : role !== 'shell' && role !== 'powershell' && role !== 'cmd' && role !== 'sql');

/** A search in code asks for code. */
const searchesCode = ({ tool, field }: Place): boolean => /grep|search_?code|code_?search|search_?files|ripgrep|find_?(?:in_?files|references|symbol)/i.test(tool) && /^(?:query|pattern|regex|q|text|search|symbol|needle|term)$/.test(field);

/** Words as people write them: letters between blanks and punctuation, not parts of program text. */
const wordsIn = (text: string): number => text.match(/(?<![^\s("'`])\p{L}{2,}(?=[\s,.;:!?)"'`]|$)/gu)?.length ?? 0;

/** What people write about code and attacks. */
const ABOUT =
  /(?:^|[^\w])(?:fix(?:e[sd])?|escap(?:e[sd]?|ing)|saniti[sz]\w*|prevent\w*|block(?:s|ed|ing)?|detect\w*|vulnerab\w*|payloads?|xss|ssti|csrf|xxe|cve|attack\w*|exploit\w*|reject(?:s|ed)?|instead|replac(?:e[sd]?|ing)|remov(?:e[sd]?|ing)|explain|example|tutorial|how\s+to|what\s+(?:is|does)|why|meaning|difference|alternative|documentation|docs|syntax|lint|deprecat\w*|review|avoid|unsafe|should\s+not|do\s+not|don't|never|stack\s?trace)(?:[^\w]|$)/i;

/** The words of an address speak of nothing. */
const withoutAddresses = (text: string): string => (text.includes('//') ? text.replace(/\/\/[^\s"'`<>)]{1,400}/g, ' ') : text);

/** A finding between two sentences of which neither leads to it was put there; who speaks of code says so. */
const SENTENCE_BEFORE = /[a-z]{2}[.!?]\s+[{$<%#*@([=\s]{0,6}$/;
const SENTENCE_BEHIND = /^[^\n]{0,200}?[})\]>;]\s*(?:$|\n|\s[A-Z])/;

/** Whether the text around a finding talks about it: quoted or in backquotes among words, in a code fence, or deep in a long text. */
export function isTalk({ text, place, budget }: View, start: number, end: number): boolean {
  if (searchesCode(place)) return true;
  if (place.role !== 'prose' && place.role !== 'markup' && place.role !== 'value') return false;
  budget.spend(1_200);
  const before = text.slice(Math.max(0, start - 400), start);
  const after = text.slice(end, end + 200);
  const around = wordsIn(before) + wordsIn(after);
  if (around < 3) return false;
  if (/```[^`]*$/.test(before)) return true;
  const opened = ((/[^\n]*$/.exec(before)?.[0] ?? '').match(/`/g)?.length ?? 0) % 2 === 1;
  if (opened && text.slice(start + 1, end + 200).includes('`')) return true;
  if (place.role === 'markup') return false;
  if (place.role === 'prose' && place.file === '' && SENTENCE_BEFORE.test(before) && SENTENCE_BEHIND.test(after) && !ABOUT.test(before.slice(-160))) return false;
  if (ABOUT.test(withoutAddresses(before)) || ABOUT.test(withoutAddresses(after))) return true;
  if (place.role === 'value') return false;
  return around > 15 || (/\s["'“‘«(]\s*$/.test(before) && /^[^\n]{0,80}["'”’»)]/.test(after));
}

/** Whether a finding is about all there is of a text: hardly a word before it, a remark after it at most. */
export function dominates({ text, budget }: View, start: number, end: number): boolean {
  if (start > 400) return false;
  budget.spend(800);
  const before = wordsIn(text.slice(0, start));
  return before <= 1 && wordsIn(text.slice(end, end + 400)) <= (before === 0 ? 12 : 3);
}

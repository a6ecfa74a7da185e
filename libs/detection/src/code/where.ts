import type { Place, Role } from '../place.ts';
import type { View } from '../rule.ts';

/** Where program text does not belong; `code` for the fields of expressions, which `holdsData` tells apart. */
export const DATA_ROLES: readonly Role[] = ['path', 'url', 'host', 'markup', 'prose', 'address', 'value', 'secret', 'code'];
/** The same with commands: text that is written to a file or handed on. */
export const ALL_ROLES: readonly Role[] = ['shell', 'powershell', 'cmd', 'sql', ...DATA_ROLES];

const EXPRESSION_FIELD = /(?:^|_)(?:expression|formula|filter|condition|calculation|equation)s?$/;

/** Whether a text is data to its tool: program text in it is an intrusion. An expression for a calculator is data too. */
export const holdsData = ({ role, field, file }: Place): boolean => (role === 'code' ? file === '' && EXPRESSION_FIELD.test(field) : role !== 'shell' && role !== 'powershell' && role !== 'cmd' && role !== 'sql');

/** Words as people write them: letters between blanks and punctuation, not parts of program text. */
const wordsIn = (text: string): number => text.match(/(?<![^\s("'`])\p{L}{2,}(?=[\s,.;:!?)"'`]|$)/gu)?.length ?? 0;

/** Whether the text around a finding talks about it: quoted or in backquotes among words, in a code fence, or deep in a long text. */
export function isTalk({ text, place }: View, start: number, end: number): boolean {
  if (place.role !== 'prose' && place.role !== 'markup') return false;
  const before = text.slice(Math.max(0, start - 400), start);
  const after = text.slice(end, end + 200);
  const around = wordsIn(before) + wordsIn(after);
  if (around < 3) return false;
  if (/```[^`]*$/.test(before)) return true;
  const opened = ((/[^\n]*$/.exec(before)?.[0] ?? '').match(/`/g)?.length ?? 0) % 2 === 1;
  if (opened && text.slice(start + 1, end + 200).includes('`')) return true;
  if (place.role === 'markup') return false;
  return around > 15 || (/\s["'“‘«(]\s*$/.test(before) && /^[^\n]{0,80}["'”’»)]/.test(after));
}

/** Whether a finding is about all there is of a text: hardly a word before it, a remark after it at most. */
export function dominates(text: string, start: number, end: number): boolean {
  if (text.length > 4_096) return false;
  const before = wordsIn(text.slice(0, start));
  return before <= 1 && wordsIn(text.slice(end, end + 400)) <= (before === 0 ? 12 : 3);
}

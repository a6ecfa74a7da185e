import type { Word } from './command.ts';

/** Of the shell, and of files that hold shell text (`RUN` of a Dockerfile). */
const KEYWORDS: ReadonlySet<string> = new Set(['if', 'then', 'elif', 'else', 'fi', 'do', 'done', 'while', 'until', '!', '{', '}', 'coproc', 'esac', 'begin', 'end', 'RUN', 'CMD', 'ENTRYPOINT']);

/** Words of a command behind the words of a loop, a condition or a group. */
export function withoutKeywords(words: readonly Word[]): readonly Word[] {
  let first = 0;
  for (;;) {
    const word = words[first];
    if (!word || word.quoted) break;
    if (word.text === 'function') first += 2;
    else if (KEYWORDS.has(word.text)) first += 1;
    else break;
  }
  return first === 0 ? words : words.slice(first);
}

/** Five fields of cron, or `@reboot` and its like, and the user root. */
export function withoutSchedule(words: readonly Word[]): readonly Word[] {
  const first = words[0]?.text ?? '';
  if (!/^[@*\d]/.test(first)) return words;
  let skipped = 0;
  if (/^@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)$/.test(first)) skipped = 1;
  else if (/^[*\d]/.test(first) && words.length > 5 && words.slice(0, 5).every(({ text }) => /^[\d*,/-]{1,40}$|^(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i.test(text))) skipped = 5;
  if (skipped === 0) return words;
  return words.slice(words[skipped]?.text === 'root' ? skipped + 1 : skipped);
}

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Null where nobody sits at the terminal; only `y` and `yes` are a yes. */
export function askPerson(question: string): Promise<boolean> | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and Ctrl-D close it without an answer.
  const closed = once(terminal, 'close').then(() => '');
  terminal.once('SIGINT', () => terminal.close());
  return Promise.race([terminal.question(question), closed])
    .then((answer) => /^y(es)?$/i.test(answer.trim()))
    .finally(() => terminal.close());
}

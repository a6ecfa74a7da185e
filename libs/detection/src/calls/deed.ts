import { remembering } from '../remembering.ts';
import { words } from '../tool-reading.ts';
import { ALL, DESTROYING, ENDING, JOINING, LOOKING, MANY, singular } from './vocabulary.ts';

/** What a tool does, as its name tells it: `slack.admin.conversations.bulkDelete` destroys many conversations. */
export type Deed = Readonly<{
  kind: 'destroys' | 'ends';
  verb: string;
  /** Of all there are, as the name says; of `many`: which ones, the arguments say. */
  reach: 'all' | 'many' | 'some';
  /** What is taken away: the last noun behind the verb, or ahead of it; empty if the name says none. */
  object: string;
  /** The other words of the name, singular. */
  words: readonly string[];
}>;

const MAX_REMEMBERED = 2_048;
const MAX_NAME = 128;

/** Undefined: it takes nothing away, as far as its name tells. */
export const deedOf = remembering(MAX_REMEMBERED, MAX_NAME, (name): Deed | undefined => (name.length > MAX_NAME ? undefined : read(spelled(words(name)).split('_').filter(Boolean))));

/** Words that are written in two, in one. */
const spelled = (name: string): string =>
  name
    .replace(/(?:^|_)schedule_(?:kms_)?key_deletion(?=_|$)/, '_destroy_keyring')
    .replace(/(?:^|_)tear_down(?=_|$)/, '_teardown')
    .replace(/(?:^|_)factory_reset(?=_|$)/, '_wipe')
    .replace(/(?:^|_)(?:shut_down|power_off)(?=_|$)/, '_shutdown')
    .replace(/(?:^|_)(user_pool|file_system|resource_group)(?=s?(?:_|$))/, (pair) => `_${pair.replaceAll('_', '')}`);

function read(name: readonly string[]): Deed | undefined {
  const first = name.findIndex((word) => DESTROYING.has(word) || ENDING.has(word));
  if (first < 0 || name.some((word, at) => at <= first + 1 && LOOKING.has(word))) return undefined;
  const destroying = name.findIndex((word) => DESTROYING.has(word));
  const at = destroying < 0 ? first : destroying;
  const reach = name.some((word) => ALL.has(word)) ? 'all' : name.some((word) => MANY.has(word)) ? 'many' : 'some';
  const joint = name.findIndex((word, index) => index > at && JOINING.has(word));
  const isObject = (word: string): boolean => !ALL.has(word) && !MANY.has(word) && !DESTROYING.has(word) && !ENDING.has(word);
  const object = name.slice(at + 1, joint < 0 ? undefined : joint).filter(isObject).at(-1) ?? name.slice(0, at).filter(isObject).at(-1) ?? '';
  return { kind: destroying < 0 ? 'ends' : 'destroys', verb: name[at] ?? '', reach, object: nounOf(object), words: name.filter((_, index) => index !== at).map(nounOf) };
}

/** `dbinstance`, `databases` -> `database`. */
export const nounOf = (word: string): string => (/^db(?:instance|cluster)?s?$/.test(word) ? 'database' : singular(word));

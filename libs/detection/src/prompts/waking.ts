import type { Phrase } from './phrase.ts';

/** Words of everyday texts and code; they wake nothing if another word of the phrase can. Counted over documentation and benign tool calls. */
const COMMON = new Set(
  (
    'the to and for of is in from that if as with on this be you or type string it by file an script not function use will should true are command can data new return log ' +
    'system any test when example set code number false all version query using your url run generate also get no javascript then have install used only user key select source ' +
    'list program schema time where content text access but which ci message parse has create add join based include at input one config process order like request so do case ' +
    'security see project how end other without note was format may first prompt description files output before some image please its they hello does line we actions each ' +
    'start after been following event there current via errors agent instead metadata update task debug into context just tools must configuration open state style block ' +
    'functions make ignore token out here call write strings need find core while team users want rules env us provided given their base store re my read pass done such non ' +
    'issues these about last over echo way email keys them two go would what load different else both required es argument mode character because work could original review ' +
    'response delete throw characters information those top standard summary full let our python software including hi internal plugins application received remove help ' +
    'analysis table close memory safe reply filter lines unicode returned solution between primary now once every execute next within feature warning schemas running malicious ' +
    'developer google post change password root under provide report named flag through follow even copy existing website parsing allows always enabled buy otherwise rule link ' +
    'convert save parameters being part above checking requests questions info implementation contents rating during short comment append explain parameter own send models ' +
    'explicitly invalid directly enable random contain none since parsed calling off needed created best microsoft sudo policy transform me cannot prefix fetch changed made ' +
    'modify question credentials built variables already messages payload compose merge something back void handling below field symbols point were active tokens disable avoid ' +
    'section real ai completed document never present parts containing display written kind download replace model complete why machine longer care skip expand pre long ' +
    'maximum requires page label print action describe updated later purpose meta define curl history mission tool operation initial unless old base64 word constraints ' +
    'implement day language know receiving apply override combination commit alert binary free important im zero chunk good stop paper down definitions notes provider adding ' +
    'future focus decode inject inside drop notice alerting listen i a had'
  ).split(' '),
);

const COMMON_COST = 100;
const SHORT_COST = 20;

/** What a phrase is woken by: what it says itself, or the words of its rarest step. */
export function wakesOf({ wakes, steps }: Phrase): readonly string[] {
  if (wakes.length > 0) return wakes;
  const rarest = steps.map(({ words }) => ({ words, cost: costOf(words) })).reduce((best, step) => (step.cost < best.cost ? step : best));
  return [...rarest.words].map((word) => (word.length <= 3 ? ` ${word} ` : word));
}

const costOf = (words: ReadonlySet<string>): number => [...words].reduce((sum, word) => sum + (COMMON.has(word) ? COMMON_COST : word.length <= 3 || word.startsWith('<') ? SHORT_COST : 1), 0);

/** The literals that wake one of the phrases, without those that hold another. */
export function literalsOf(phrases: readonly Phrase[]): readonly string[] {
  const all = [...new Set(phrases.flatMap(wakesOf))].sort((a, b) => a.length - b.length);
  return all.filter((literal, index) => !all.slice(0, index).some((shorter) => literal.includes(shorter)));
}

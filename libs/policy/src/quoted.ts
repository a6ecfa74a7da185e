const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

/** Text from outside, fit to stand in a sentence: in backticks, on one line, without backticks or invisible characters, at most `max` characters. */
export function quoted(text: string, max = 200): string {
  const short = text.length > max ? `${text.slice(0, max)}…` : text;
  return `\`${short.replace(UNPRINTABLE, ' ').replaceAll('`', "'")}\``;
}

/**
 * A pattern over a statement's text. `@(a|b)` is a program named so, with or without folder and `.exe`, and the blank behind it;
 * `…` is anything, but not for long.
 */
export function pattern(source: string): RegExp {
  return new RegExp(source.replaceAll('…', '.{0,240}?').replace(/@\(([^()]*)\)/g, String.raw`(?:^|[\s|(&;{}\\/=,])(?:$1)(?:\.exe)?(?=[\s;)|,/]|$)`));
}

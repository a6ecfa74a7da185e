/** Stand for braces and commas that no quote protects, until the word is complete. */
export const [OPEN, COMMA, CLOSE] = ['\uE0F0', '\uE0F1', '\uE0F2'] as const;
const BRACES = /[\uE0F0-\uE0F2]/g;
const MAX_BRACED = 64;

export const withBraces = (text: string): string => text.replace(BRACES, (brace) => (brace === OPEN ? '{' : brace === COMMA ? ',' : '}'));

/** `a{b,c}` -> `ab`, `ac`; not more than so many, innermost braces first. */
export function bracesOf(text: string): readonly string[] {
  let texts = [text];
  for (let round = 0; round < 6; round += 1) {
    const next: string[] = [];
    let changed = false;
    for (const each of texts) {
      const close = each.indexOf(CLOSE);
      const open = close < 0 ? -1 : each.lastIndexOf(OPEN, close);
      const inside = open < 0 ? '' : each.slice(open + 1, close);
      if (open < 0 || !inside.includes(COMMA)) next.push(each);
      else {
        changed = true;
        for (const part of inside.split(COMMA)) if (next.length < MAX_BRACED) next.push(each.slice(0, open) + part + each.slice(close + 1));
      }
    }
    texts = next;
    if (!changed) break;
  }
  return texts;
}

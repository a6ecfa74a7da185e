/** The named character references of HTML that stand for ASCII, and the space nobody sees. Source: HTML Living Standard, 13.5. */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', tab: '\t', newline: '\n', excl: '!', num: '#', dollar: '$', percnt: '%',
    lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';', equals: '=', quest: '?',
    commat: '@', lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', underbar: '_', grave: '`', lcub: '{',
    lbrace: '{', verbar: '|', vert: '|', rcub: '}', rbrace: '}',
  }),
);

/** What a reference (`lt`, `#60`, `#x3c`; without `&` and `;`) stands for. */
export function entityOf(reference: string): string | undefined {
  if (!reference.startsWith('#')) return NAMED.get(reference.toLowerCase());
  const hex = reference[1] === 'x' || reference[1] === 'X';
  const point = Number.parseInt(reference.slice(hex ? 2 : 1), hex ? 16 : 10);
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}

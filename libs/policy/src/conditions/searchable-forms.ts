const PLAIN = /^[\x20-\x7e\t\n\r]*$/;
const ENCODED = /[%&]/;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;
const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}))(?:;|(?![a-z0-9]))/gi;

/** The named character references of HTML that stand for ASCII, and the space nobody sees. */
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&', AMP: '&', lt: '<', LT: '<', gt: '>', GT: '>', quot: '"', QUOT: '"', apos: "'", nbsp: ' ', Tab: '\t', NewLine: '\n', excl: '!', num: '#',
    dollar: '$', percnt: '%', lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';', equals: '=',
    quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', Hat: '^', lowbar: '_', UnderBar: '_', grave: '`', lcub: '{',
    lbrace: '{', verbar: '|', vert: '|', VerticalLine: '|', rcub: '}', rbrace: '}',
  }),
);

/**
 * The text as it is, folded (NFKC, without zero-width and bidi controls) and, from that, with percent and character references decoded once.
 * Forms that equal an earlier one are left out.
 */
export function searchableForms(text: string): readonly string[] {
  const folded = fold(text);
  const forms = folded === text ? [text] : [text, folded];
  if (ENCODED.test(folded)) {
    const decoded = fold(decodedOnce(folded));
    if (decoded !== folded) forms.push(decoded);
  }
  return forms;
}

function fold(text: string): string {
  return PLAIN.test(text) ? text : text.normalize('NFKC').replace(INVISIBLE, '');
}

function decodedOnce(text: string): string {
  return text.replace(PERCENT_RUN, percentDecoded).replace(ENTITY, entityDecoded);
}

/** Bytes that are no UTF-8 become U+FFFD, so that what stands around them is still found. */
function percentDecoded(run: string): string {
  const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
  return new TextDecoder().decode(bytes);
}

function entityDecoded(reference: string, hex: string | undefined, decimal: string | undefined, name: string | undefined): string {
  if (name !== undefined) return ENTITIES.get(name) ?? reference;
  const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
}

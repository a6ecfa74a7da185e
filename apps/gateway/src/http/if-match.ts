import type { IfMatch } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import type { Request } from './requests.ts';

const mostTags = 64;
const longestTag = 256;

/** One element of the list with the comma after it (RFC 9110, sections 5.6.1 and 8.8.3): it may be empty, and a comma may stand within a tag. */
const element = /[ \t]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*"))?[ \t]*(?:,|$)/y;

/**
 * What a write goes by (RFC 9110, section 13.1.1); undefined: the header is absent. Tags are compared strongly, so that weak ones, which match nothing, are left out.
 * Throws `InvalidInput` on what is neither `*` nor a list of entity tags: a condition that cannot be read never counts as none.
 */
export function ifMatchOf({ headers }: Pick<Request, 'headers'>): IfMatch | undefined {
  const header = headers['if-match'];
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const strong: string[] = [];
  let seen = 0;
  for (element.lastIndex = 0; element.lastIndex < header.length; ) {
    const [, weak, tag] = element.exec(header) ?? malformed();
    if (tag === undefined) continue;
    seen += 1;
    if (seen > mostTags || tag.length > longestTag) malformed();
    if (weak === undefined) strong.push(tag);
  }
  return seen === 0 ? malformed() : strong;
}

function malformed(): never {
  throw new InvalidInput([{ path: '', message: `the header \`If-Match\` must be \`*\` or 1 to ${mostTags} entity tags in quotes, separated by commas` }]);
}

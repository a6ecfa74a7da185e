import type { Rule } from './rule.ts';

const MAX_LENGTH = 80;

/** What a threat shows of its match: secrets and personal data masked, one line, at most 80 characters. */
export function excerptOf({ type }: Pick<Rule, 'type'>, match: string): string {
  const shown = type === 'credential_exposure' || type === 'pii_exposure' ? masked(match) : match;
  const line = shown.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}

/** Keeps what a person needs to recognise it: a prefix up to the last of `_-.:` among the first eight characters, and the last four of twelve or more. */
export function masked(secret: string): string {
  const prefix = /^[A-Za-z0-9]{1,6}[_\-.:](?:[A-Za-z0-9]{1,6}[_\-.:])?/.exec(secret.slice(0, 14))?.[0] ?? '';
  const rest = secret.slice(prefix.length);
  return rest.length >= 12 ? `${prefix}…${rest.slice(-4)}` : `${prefix}…`;
}

import type { Rule } from './rule.ts';
import type { ThreatType } from './threat.ts';

const MAX_LENGTH = 80;

/** What a threat shows of its match: secrets and personal data masked, one line, at most 80 characters. */
export function excerptOf({ type }: Pick<Rule, 'type'>, match: string): string {
  const shown = type === 'credential_exposure' || type === 'pii_exposure' ? masked(match, type) : match;
  // Half a surrogate pair is no text: strict readers of JSON refuse all that holds one.
  const line = shown.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ');
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** What vendors put before the random part of their keys; it says whose key it is and nothing of the key. */
const PUBLIC_PREFIX =
  /^(?:(?:sk|rk|pk)_(?:live|test)_|sk-ant-(?:api|admin|oat|sid)\d\d-|sk-(?:proj|svcacct|admin|or-v1)-|sk-|gh[a-z]_|github_pat_|gl[a-z]{2,6}-|xox[a-z]-|xapp-|AKIA|ASIA|AIza|GOCSPX-|ya29\.|LTAI|AKID|npm_|pypi-|dckr_[a-z]+_|hf_|gsk_|pplx-|do[a-z]_v1_|hv[a-z]\.|dp\.[a-z]+\.|pul-|sbp_|pscale_[a-z]+_|lin_[a-z]+_|ntn_|figd_|pat-[a-z]{2}1-|shp[a-z]{2}_|sq0[a-z]{3}-|whsec_|SG\.|key-|NRAK-|gls[a-z]_|sntry[a-z]_|PMAK-|rubygems_|CLOJARS_|ATATT3|ATBB|AGE-SECRET-KEY-1|eyJ|dapi|oy2)/;
const E_MAIL = /^([^\s@"<>…]{1,64})@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})$/i;
/** Country, then what `masked` leaves out check digits and account of. */
const IBAN = /^([A-Z]{2})\d{2}[A-Z0-9 -]{11,44}$/;
const ARMOUR = /^-{4,5} ?BEGIN [A-Z0-9 ]{1,40}-{4,5}/;
const MASKED = /^(?:[^\s…]{0,24}|-{4,5} ?BEGIN [A-Z0-9 ]{1,40}-{4,5})…[^\s…]{0,4}$|^[^\s@"<>…]?…@[a-z0-9.-]{1,255}$/i;

/**
 * What stands in the place of a secret or a personal datum: whose key it is, the domain of an e-mail address and, of a name of four letters or more, the first, the country of an IBAN, and the last
 * characters, at most four. INVARIANT: of what is secret never more than a quarter; `masked(masked(x)) === masked(x)`; no rule finds it.
 */
export function masked(secret: string, type: ThreatType = 'credential_exposure'): string {
  if (MASKED.test(secret)) return secret;
  const armour = ARMOUR.exec(secret)?.[0];
  if (armour) return `${armour}…`;
  if (type === 'pii_exposure') {
    const [, name = '', domain = ''] = E_MAIL.exec(secret) ?? [];
    if (domain !== '') return `${name.length < 4 ? '' : name.slice(0, 1)}…@${domain}`;
    const country = IBAN.exec(secret)?.[1];
    if (country) return `${country}…${endOf(secret.slice(4).replace(/[ -]/g, ''), 4)}`;
    // Digits of a card or a number, in groups or not; of a text in words nothing can be shown.
    const number = secret.replace(/[ .\-/]/g, '');
    return /^[A-Za-z0-9]{8,40}$/.test(number) && /\d/.test(number) && !/[a-z]{3}/.test(number) ? `…${endOf(number, 4)}` : '…';
  }
  if (/\s/.test(secret)) return '…';
  const prefix = PUBLIC_PREFIX.exec(secret)?.[0] ?? '';
  return `${prefix}…${endOf(secret.slice(prefix.length), 4)}`;
}

/** The last `most` characters, if they are no more than a quarter; of something as short as a password nothing. */
function endOf(hidden: string, most: number): string {
  if (hidden.length < 8) return '';
  const shown = Math.min(most, Math.floor(hidden.length / 4));
  const end = hidden.slice(-shown);
  return /^[\w+/=-]+$/.test(end) ? end : '';
}

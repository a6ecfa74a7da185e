/** Arithmetic of numbers that carry their own check. Each takes digits (and letters) without separators. */

export function luhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    if (place % 2 === 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Sum of digits times weights; further digits do not count. */
export const weighted = (digits: string, weights: readonly number[]): number => weights.reduce((sum, weight, place) => sum + weight * (digits.charCodeAt(place) - 48), 0);

/** The remainder of a number of any length; letters stand for 10 to 35, as in ISO 13616. */
export function remainder(text: string, divisor: number): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % divisor;
  }
  return rest;
}

/** ISO 7064, MOD 11,10. */
export function mod11And10(digits: string): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits.slice(-1));
}

const TURN = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210'];
const SHIFT = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** J. Verhoeff, "Error detecting decimal codes", 1969. */
export function verhoeff(digits: string): boolean {
  let state = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const shifted = Number(SHIFT[place % 8]?.charAt(digits.charCodeAt(digits.length - 1 - place) - 48));
    state = Number(TURN[state]?.charAt(shifted));
  }
  return state === 0;
}

/** `yy mm dd`; any century will do. */
export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= (month === 2 ? (year % 4 === 0 ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** Two digits at a place. */
export const pairAt = (digits: string, place: number): number => Number(digits.slice(place, place + 2));

/** Two check digits, and not one digit eleven times; 123.456.789-09 stands in every manual. */
export function isCpf(digits: string): boolean {
  if (digits.length !== 11 || /^(\d)\1+$/.test(digits) || digits === '12345678909') return false;
  const first = ((weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weighted(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return first === Number(digits.charAt(9)) && second === Number(digits.charAt(10));
}

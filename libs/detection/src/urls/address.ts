/** The four bytes of an IPv4 address as browsers and C libraries read it: decimal, octal, hexadecimal, one to four parts. */
export function ipv4Of(host: string): readonly number[] | undefined {
  if (host.length > 64 || !/^[0-9]/.test(host)) return undefined;
  const parts = host.replace(/\.$/, '').split('.');
  if (parts.length > 4) return undefined;
  const numbers = parts.map(numberOf);
  if (numbers.some(Number.isNaN)) return undefined;
  const last = numbers.pop() ?? 0;
  // Some resolvers take the low byte of a part that is too large (`425.510.425.510`).
  const head = numbers.map((number) => number & 255);
  const room = 4 - head.length;
  const tail = room === 1 ? [last & 255] : Array.from({ length: room }, (_, index) => Math.floor(last / 256 ** (room - 1 - index)) % 256);
  return [...head, ...tail];
}

function numberOf(part: string): number {
  if (/^0x[0-9a-f]*$/i.test(part)) return part.length === 2 ? 0 : Number.parseInt(part.slice(2), 16);
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8);
  return /^\d+$/.test(part) ? Number(part) : Number.NaN;
}

/** The eight groups of an IPv6 address without brackets; a zone is left off. */
export function ipv6Of(host: string): readonly number[] | undefined {
  const [address = ''] = host.split('%', 1);
  if (address.length > 64 || !address.includes(':')) return undefined;
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  if (!before || !after) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  return [...before, ...new Array<number>(Math.max(0, missing)).fill(0), ...after];
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const [a, b, c, d] = /^\d+\.\d+\.\d+\.\d+$/.test(part) ? (ipv4Of(part) ?? []) : [];
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
      groups.push(a * 256 + b, c * 256 + d);
    }
  }
  return groups;
}

/** The IPv4 address that an IPv6 one stands for: mapped, compatible, NAT64, 6to4, ISATAP. */
export function embeddedIpv4(groups: readonly number[]): readonly number[] | undefined {
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups;
  const low = [g6 >> 8, g6 & 255, g7 >> 8, g7 & 255];
  if (g0 === 0x2002) return [g1 >> 8, g1 & 255, g2 >> 8, g2 & 255];
  if (g0 === 0x64 && g1 === 0xff9b) return low;
  if (g5 === 0x5efe) return low;
  const zeros = g0 + g1 + g2 + g3 === 0;
  if (zeros && ((g4 === 0 && g5 === 0xffff) || (g4 === 0xffff && g5 === 0))) return low;
  return zeros && g4 + g5 === 0 && g6 !== 0 ? low : undefined;
}

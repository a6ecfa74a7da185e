import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;
export type AddressRange = Readonly<{ network: Address; bits: number }>;

/** A CIDR range, or a single address as the range of it alone; null for anything else. */
export function parseRange(text: string): AddressRange | null {
  const [address, bits, ...rest] = text.split('/');
  const network = parseAddress(address ?? '');
  if (network === null || rest.length > 0) return null;
  const most = network.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return { network, bits: most };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return null;
  return { network, bits: Number(bits) };
}

export function inRanges(address: string, ranges: readonly AddressRange[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && contains(parsed, ranges);
}

/**
 * Who is at the other end: the socket's address, or, when that is a trusted proxy, the last address of `X-Forwarded-For` that is not one.
 * Null when it cannot be told.
 */
export function clientAddress(socketAddress: string | undefined, forwardedFor: string | undefined, trusted: readonly AddressRange[]): string | null {
  let address = parseAddress(socketAddress ?? '');
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',');
  while (address !== null && hops.length > 0 && contains(address, trusted)) address = parseAddress(hops.pop()?.trim() ?? '');
  return address?.toString() ?? null;
}

/** IPv4 in dotted form with four parts or IPv6; an IPv4 address mapped into IPv6 is the IPv4 address. */
function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text))) return ipaddr.process(text);
  return null;
}

function contains(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some(({ network, bits }) => address.kind() === network.kind() && address.match(network, bits));
}

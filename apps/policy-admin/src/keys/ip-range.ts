import { isIP } from 'node:net';

/** A single IPv4 or IPv6 address, or one with a prefix length (CIDR). Zone ids (`%eth0`) mean nothing to anybody else and are refused. */
export function isIpRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

import { lookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** Addresses and how many of their bits count. */
export type Range = readonly [Address, number];
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The destination is none that webhooks may reach. The message is for the channel's owner. */
export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused';
  readonly code = 'destination_refused';
}

/** IANA's global unicast space; what is outside it and not special yet may become so. */
const globalUnicast: Range = [ipaddr.IPv6.parse('2000::'), 3];
/** Public by its number, and answered by the host that a virtual machine of Azure runs on. */
const hostsOfMachines: readonly Range[] = [[ipaddr.IPv4.parse('168.63.129.16'), 32]];

/** One CIDR range or address; null when it is neither. */
export function parseRange(text: string): Range | null {
  const [address = '', ...rest] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || rest.length > 1) return null;
  const parsed = ipaddr.parse(address);
  const bits = parsed.kind() === 'ipv4' ? 32 : 128;
  const [prefix = String(bits)] = rest;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) return null;
  return [parsed, Number(prefix)];
}

/**
 * Where webhooks may go: public unicast addresses, and the private ranges that the operator names.
 * INVARIANT: an address is checked as the number it is, and the connection is made to that very number.
 */
export class Destinations {
  private readonly privateRanges: readonly Range[];
  private readonly resolve: Resolve;

  constructor(privateRanges: readonly Range[], resolve: Resolve | undefined = resolveAll) {
    this.privateRanges = privateRanges;
    this.resolve = resolve;
  }

  /** What is wrong with a URL as a destination, as far as it can be told without asking anybody; null: nothing. */
  problemWith(url: string): string | null {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return 'must be an https or http URL';
    if (parsed.username !== '' || parsed.password !== '') return 'must not hold a user name or password';
    if (parsed.hostname === '') return 'must name a host';
    const host = hostOf(parsed);
    return isIP(host) !== 0 && !this.allows(host) ? refusal(host) : null;
  }

  /** The addresses to connect to, resolved once and checked. Throws `DestinationRefused`, or what the resolver throws. */
  async addressesOf(url: URL): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    const host = hostOf(url);
    const family = isIP(host);
    const found = family === 0 ? await this.resolve(host) : [{ address: host, family }];
    const [first, ...others] = found.filter(({ address }) => this.allows(address));
    // INVARIANT: what a name leads to inside the operator's network is not told to those who may write any name.
    if (first === undefined) throw new DestinationRefused(found.length === 0 ? 'the host has no address' : refusal(host));
    return [first, ...others];
  }

  allows(address: string): boolean {
    // The strict reading first: `0127.0.0.1` is no address, however a lenient one might read it.
    if (isIP(address) === 0) return false;
    const parsed = ipaddr.process(address);
    return this.privateRanges.some((range) => holds(range, parsed)) || isPublic(parsed);
  }
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || hostsOfMachines.some((range) => holds(range, address))) return false;
  return address.kind() === 'ipv4' || holds(globalUnicast, address);
}

function holds([network, bits]: Range, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function refusal(host: string): string {
  const what = isIP(host) === 0 ? `\`${host}\` leads to none, and to nothing that HOLDPOINT_PRIVATE_DESTINATIONS names` : `\`${host}\` is none, and HOLDPOINT_PRIVATE_DESTINATIONS does not name it`;
  return `must lead to a public address; ${what}`;
}

async function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return await new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

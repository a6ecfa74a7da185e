import { embeddedIpv4, ipv4Of, ipv6Of } from './address.ts';

type HostKind = 'metadata' | 'link-local' | 'loopback' | 'private' | 'cluster' | 'internal-name' | 'rebinding' | 'public';

export type Host = Readonly<{
  kind: HostKind;
  /** An address or name written in a way that hides what it is. */
  disguised: boolean;
}>;

const METADATA_NAMES = new Set([
  'metadata', 'metadata.google.internal', 'metadata.goog', 'instance-data', 'instance-data.ec2.internal', 'rancher-metadata', 'metadata.azure.com', 'metadata.azure.internal', 'metadata.packet.net',
  'metadata.platformequinix.com', 'metadata.tencentyun.com', 'metadata.oraclecloud.com', 'metadata.nic.ibmcloud.com', 'api.metadata.cloud.ibm.com', 'metadata.softlayer.local', 'metadata.exoscale.com', 'metadata.hetzner.cloud', 'metadata.internal', 'metadata.aliyun.internal', 'metadata.yandex.cloud', 'metadata.upcloud.com', 'metadata.vultr.com', 'metadata.digitalocean.com', 'metadata.linode.com', 'metadata.scaleway.com', 'metadata.ovh.net',
]);
const CLUSTER_NAMES = /^(?:kubernetes(?:\.default(?:\.svc(?:\.cluster\.local)?)?)?|[\w-]+\.kube-system\.svc(?:\.cluster\.local)?|etcd(?:-\w+)?|kubelet|tiller-deploy(?:\.[\w.-]+)?)$/;
const LOOPBACK_NAMES = /^(?:localhost6?|(?:[\w-]+\.)+localhost|localhost6?\.localdomain6?|ip6-(?:localhost|loopback)|loopback|broadcasthost)$/;
/** Public names that resolve to this machine. */
const LOOPBACK_ALIASES = /(?:^|\.)(?:localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|localh\.st|yoogle\.com|127-0-0-1\.org\.uk|readme\.localtest\.me|spoofed\.burpcollaborator\.net|bugbounty\.dod\.network|localhost\.run\.local|fuf\.me|fbi\.com\.localhost|lndo\.site|ulh\.us|local\.sisteminha\.com)$/;
/** Services that answer with the address in the name, or another one each time, or redirect anywhere. */
const ECHOING = /(?:^|\.)(?:nip\.io|sslip\.io|xip\.io|xip\.name|ip\.addr\.tools|backname\.io|localdomain\.pw|traefik\.me|ip6\.name)$/;
const REBINDING = /(?:^|\.)(?:rbndr\.us|1u\.ms|rebind\.network|rebind\.it|r3dir\.me|rebinder\.net|dnsrebind(?:ing|tool)?\.\w+|rebindtool\.\w+|singularity\.me|whonow\.\w+|requestrepo\.com|lock\.cmpxchg8b\.com|ssrf\.sh)$/;
const INTERNAL_SUFFIX = /\.(?:internal|local|localdomain|lan|corp|intranet|home\.arpa|svc|consul|priv|private|test-internal)$/;

/** What a host of a URL is. `written`: between `//` and the next slash, without user and port. */
export function hostOf(written: string): Host {
  const folded = foldHost(written);
  const visible = written.toLowerCase().replace(/\.$/, '');
  const disguised = folded !== visible;
  if (folded.startsWith('[') || /^[0-9a-f]{0,4}:[0-9a-f:.]*:[0-9a-f:.]*(?:%|$)/.test(folded)) return ipv6Host(folded.replace(/^\[|\].*$/g, ''), disguised);
  // A small whole number is a number.
  const bytes = /^[1-9]\d{0,7}$/.test(folded) && Number(folded) < 0x100_0000 ? undefined : ipv4Of(folded);
  if (bytes) return { kind: ipv4Kind(bytes), disguised: disguised || bytes.join('.') !== folded };
  return { kind: nameKind(folded), disguised: disguised || LOOPBACK_ALIASES.test(folded) || ECHOING.test(folded) };
}

/** What browsers do to a host: percent signs, compatibility forms (`①`, `ⓛ`, `。`), invisible characters, a final dot. */
function foldHost(written: string): string {
  let host = written;
  if (host.includes('%') && !host.startsWith('[')) host = host.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  if (/[^\x21-\x7e]/.test(host)) host = host.normalize('NFKC').replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '').replace(/[。｡．]/g, '.');
  return host.toLowerCase().replace(/[.!]+$/, '');
}

function ipv6Host(address: string, disguised: boolean): Host {
  const groups = ipv6Of(address);
  if (!groups) return { kind: 'public', disguised };
  const embedded = embeddedIpv4(groups);
  if (embedded) return { kind: ipv4Kind(embedded), disguised: true };
  const [first = 0] = groups;
  const last = groups[7] ?? 0;
  if (groups.slice(0, 7).every((group) => group === 0) && last <= 1) return { kind: 'loopback', disguised: disguised || address !== '::1' };
  // Amazon, Google, Scaleway.
  if ((first === 0xfd00 && (groups[1] === 0xec2 || (groups[1] === 0x42 && last === 0x42))) || (first === 0xfd20 && groups[1] === 0xce)) return { kind: 'metadata', disguised };
  if ((first & 0xffc0) === 0xfe80) return { kind: groups[6] === 0xa9fe ? 'metadata' : 'link-local', disguised };
  return { kind: (first & 0xfe00) === 0xfc00 ? 'private' : 'public', disguised };
}

function ipv4Kind([a = 0, b = 0, c = 0, d = 0]: readonly number[]): HostKind {
  if (a === 169 && b === 254) return c === 169 || c === 170 || c === 0 || (c === 42 && d === 42) ? 'metadata' : 'link-local';
  if (a === 100 && b === 100 && c === 100 && d === 200) return 'metadata';
  if (a === 192 && b === 0 && c === 0 && d === 192) return 'metadata';
  if (a === 168 && b === 63 && c === 129 && d === 16) return 'metadata';
  if (a === 100 && b === 96 && c === 0 && d === 96) return 'metadata';
  if (a === 127 || a === 0) return 'loopback';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128) || (a === 198 && (b === 18 || b === 19))) return 'private';
  return 'public';
}

function nameKind(name: string): HostKind {
  if (METADATA_NAMES.has(name)) return 'metadata';
  if (LOOPBACK_NAMES.test(name) || LOOPBACK_ALIASES.test(name)) return 'loopback';
  if (CLUSTER_NAMES.test(name)) return 'cluster';
  if (REBINDING.test(name)) return 'rebinding';
  if (ECHOING.test(name)) return echoedKind(name);
  if (INTERNAL_SUFFIX.test(name)) return 'internal-name';
  return 'public';
}

/** `10.0.0.1.nip.io`, `app-127-0-0-1.sslip.io`, `7f000001.nip.io`. */
function echoedKind(name: string): HostKind {
  const dotted = /(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\./.exec(name);
  if (dotted) return ipv4Kind(dotted.slice(1).map(Number));
  const hex = /(?:^|[.-])([0-9a-f]{8})\./.exec(name)?.[1];
  return hex === undefined ? (/\.xip\./.test(name) ? 'rebinding' : 'public') : ipv4Kind([0, 2, 4, 6].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
}

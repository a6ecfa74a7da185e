/** What is known of a host by its name alone: the machine itself or its network, a place where anybody may leave things, a bare public address, or just some name. */
export type Destination = 'local' | 'drop' | 'bare' | 'hostile' | 'unknown';

const LOCAL =
  /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[?(?:::1|f[cde][0-9a-f]*:[0-9a-f:]*)\]?|[a-z0-9_-]+|.*\.(?:local|localhost|internal|lan|svc|svc\.cluster\.local|test|intranet|corp|home\.arpa))$/;

const DROP =
  /(?:^|\.)(?:webhook\.site|requestbin\.(?:com|net|io)|pipedream\.net|(?:burp)?collaborator\.net|oastify\.com|oast(?:ify)?\.(?:pro|live|site|online|fun|me|com)|interact\.sh|interactsh\.com|requestcatcher\.com|requestrepo\.com|request\.wf|hookbin\.com|beeceptor\.com|webhook\.cool|hookdeck\.com|postb\.in|ptsv[23]\.com|dnslog\.(?:cn|store|link)|ceye\.io|bxss\.(?:me|in)|xss\.ht|canarytokens\.(?:com|org)|dnsbin\.zhack\.ca|mockbin\.org|putsreq\.com|typedwebhook\.tools|ngrok(?:-free)?\.(?:io|app|dev)|loca\.lt|localtunnel\.me|trycloudflare\.com|serveo\.net|localhost\.run|lhr\.(?:life|rocks)|pagekite\.me|bore\.pub|telebit\.io|transfer\.sh|file\.io|0x0\.st|temp\.sh|bashupload\.com|oshi\.at|catbox\.moe|gofile\.io|anonfiles?\.com|anonymousfiles\.io|pixeldrain\.com|tmpfiles\.org|uguu\.se|filebin\.net|upload\.ee|ufile\.io|send\.cm|mega\.(?:nz|co\.nz)|sendspace\.com|zippyshare\.com|wetransfer\.com|pastebin\.(?:com|pl|ca)|paste\.(?:ee|rs|c-net\.org|debian\.net)|pastie\.org|hastebin\.com|dpaste\.(?:com|org)|ghostbin\.com|controlc\.com|privatebin\.net|rentry\.co|ix\.io|sprunge\.us|termbin\.com|clbin\.com|justpaste\.it|cl1p\.net|paste2\.org|bin\.gy|api\.telegram\.org|t\.me|discord(?:app)?\.com|hooks\.zapier\.com|maker\.ifttt\.com)$/;

/** Names under which exercises, and the careless, run their servers. */
const HOSTILE = /(?:^|[.-])(?:attacker|evil|exfil(?:trate|tration)?|malicious|malware|badactor|bad-?guy|hacker|h4x[a-z0-9]*|pwn(?:ed|er)?|c2|c2c|cnc|steal(?:er)?|collab(?:orator)?|loot|rogue|phish(?:ing)?|leak(?:ed)?|anon-?drop|dead-?drop|drop|competitor|beacon|payloads?|oob|oast|interactsh)(?:[.-]|\d*\.)|\.onion$/;

export function destinationOf(host: string): Destination {
  const name = host.toLowerCase().replace(/\.$/, '').slice(0, 253);
  if (name === '' || LOCAL.test(name)) return 'local';
  if (DROP.test(name)) return 'drop';
  if (/^(?:\d{1,3}\.){3}\d{1,3}$|^\[[0-9a-f:.]+\]$|^0x[0-9a-f]{8}$|^\d{9,10}$/.test(name)) return 'bare';
  return HOSTILE.test(`${name}.`) ? 'hostile' : 'unknown';
}

export const isForeign = (destination: Destination): boolean => destination !== 'local';
export const isSuspect = (destination: Destination): boolean => destination === 'drop' || destination === 'bare' || destination === 'hostile';

/** Host of an URL, of `host:port`, or of `user@host:path`; empty where there is none. */
export function hostIn(address: string): string {
  const rest = address.slice(0, 600).replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '');
  const [, host = ''] = /^(?:[^\s/@?#]{0,200}@)?(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?=[:/?#,;)\\\s]|$)/i.exec(rest) ?? [];
  return host;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 of an ASCII text. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The six characters at the end of GitHub's and npm's tokens (github.blog/engineering, "Behind GitHub's new authentication token formats"). */
export function tokenChecksum(random: string): string {
  let rest = crc32(random);
  let text = '';
  while (text.length < 6) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** `ghp_` and `npm_` tokens: 30 random characters, then their checksum. */
export function hasTokenChecksum(token: string): boolean {
  const random = /^(?:gh[pousr]|npm)_([A-Za-z0-9]{30})([A-Za-z0-9]{6})$/.exec(token);
  return random !== null && tokenChecksum(random[1] ?? '') === random[2];
}

/** Base64 or base64url to the characters its bytes stand for; undefined if it is neither. */
export function fromBase64(text: string): string | undefined {
  const body = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]+$/.test(body) || body.length % 4 === 1) return undefined;
  let out = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < body.length; at += 1) {
    held = ((held << 6) | BASE64.indexOf(body.charAt(at))) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += String.fromCharCode((held >> bits) & 0xff);
  }
  return out;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

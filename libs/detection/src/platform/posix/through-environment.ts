import { destinationOf, hostIn, isForeign } from '../destination.ts';
import { plainPath } from '../files/plain-path.ts';
import { secretFileAt } from '../files/secret-files.ts';
import type { Seen } from './lines.ts';

const MAX_VARIABLES = 32;
/** A program that sends, in any of the languages that a shell may be given. */
const SENDS = /urlopen|requests\.(?:post|put|get)|http\.client|httpx\.|[:.]send(?:all|to)?\s*\(|http\.(?:Post|NewRequest|request)|["']https?["']\)\.request|\bfetch\s*\(|Net::HTTP|TCPSocket|fsockopen|file_get_contents\s*\(\s*["'$]\w*:?\/?|curl_exec|LWP|IO::Socket|\/inet\/tcp|UploadFile|UploadString|Invoke-(?:WebRequest|RestMethod)|ureq|reqwest|HttpClient|\.put(?:Object)?\s*\(|storbinary|\bSMTP\b|\/dev\/(?:tcp|udp)\//i;

/**
 * `export LFILE=~/.aws/credentials URL=http://203.0.113.9; node -e '…process.env.LFILE…'`: the file and the address are told by variables, and a
 * program that sends takes them from its environment.
 */
export function tellThroughEnvironment({ view, script }: Seen): boolean {
  const variables: { name: string; value: string }[] = [];
  for (const { name, args, assignments } of script.commands) {
    for (const { text } of name === 'export' || name === 'env' || name === 'declare' ? [...assignments, ...args.slice(0, 16)] : assignments) {
      const [, variable, value] = /^([A-Za-z_]\w{0,60})=([^]{1,500})$/.exec(text) ?? [];
      if (variable !== undefined && value !== undefined && variables.length < MAX_VARIABLES) variables.push({ name: variable, value });
    }
  }
  if (variables.length === 0) return false;
  const secrets = variables.filter(({ value }) => isSecret(value));
  if (secrets.length === 0) return false;
  view.budget.spend(view.text.length * (2 + secrets.length));
  const text = view.text.slice(0, 16_384);
  if (!SENDS.test(text) || !secrets.some(({ name }) => isTaken(text, name))) return false;
  const foreign = (address: string): boolean => {
    const host = hostIn(address);
    return host !== '' && isForeign(destinationOf(host));
  };
  return variables.some(({ name, value }) => !isSecret(value) && isTaken(text, name) && /\./.test(value) && foreign(value)) || [...text.matchAll(/https?:\/\/[^\s"'`<>)\\$]{3,253}/gi)].slice(0, 8).some(([url]) => foreign(url));
}

/** `os.getenv("X")`, `environ["X"]`, `process.env.X`, `ENV["X"]`, `$ENV{X}`, `$env:X`. */
const isTaken = (text: string, name: string): boolean => new RegExp(String.raw`(?:getenv|environ|\benv|\bENV|\be|os\.Getenv)\s{0,2}[.([{:]{1,2}\s{0,2}["']?${name}\b`, 'i').test(text);

function isSecret(value: string): boolean {
  const known = secretFileAt(plainPath(value));
  return known !== undefined && known.rule.severity !== 'medium';
}

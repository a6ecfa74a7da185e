import type { Change, Threat } from '@holdpoint/contracts';
import type { Change as MadeChange, Scan, Threat as FoundThreat } from '@holdpoint/detection';

/** Name and version of the scanner, as answers say it; a spec holds it to the library's own. */
export const scannerName = 'holdpoint-detection/0.1.0';

/** What a scan says in an answer. */
export type Seen = Readonly<{ scanner: string; risk_score: number; threats_detected: string[]; threats: Threat[] }>;

/** Of a call that nobody scanned. */
export const unseen: Seen = { scanner: 'none', risk_score: 0, threats_detected: [], threats: [] };

/** An answer grows by no more than this, however much an attacker puts into a call: many of them travel in one message. */
const maxThreatBytes = 8_192;
const maxChangeBytes = 8_192;
/** Paths hold the caller's own keys. */
const maxPathLength = 256;

/** Score and types are of all threats; of the threats themselves the gravest are told. */
export function seenIn({ risk_score, threats_detected, threats }: Scan): Seen {
  return { scanner: scannerName, risk_score, threats_detected: [...threats_detected], threats: threats.length === 0 ? [] : atMost(maxThreatBytes, threats.map(toldThreat)) };
}

/** The changes that are told, in order; what was changed is in the cleaned value, whole. */
export const toldChanges = (changes: readonly MadeChange[]): Change[] => atMost(maxChangeBytes, changes.map(({ path, rule, type, how }) => ({ path: cut(path), rule, type, how })));

function toldThreat({ path, decoded, ...threat }: FoundThreat): Threat {
  return { ...threat, path: cut(path), ...(decoded !== undefined && { decoded: [...decoded] }) };
}

const cut = (path: string): string => (path.length <= maxPathLength ? path : `${path.slice(0, maxPathLength)}…`);

function atMost<T>(bytes: number, items: readonly T[]): T[] {
  let left = bytes;
  const end = items.findIndex((item) => (left -= Buffer.byteLength(JSON.stringify(item))) < 0);
  return items.slice(0, end < 0 ? items.length : end);
}

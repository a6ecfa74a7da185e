import { type Budget, budgetFor, BudgetSpent } from './budget.ts';
import { Engine } from './engine.ts';
import { type Layer, layersOf } from './layers/layers.ts';
import { visitLeaves } from './leaves.ts';
import { excerptOf, masked } from './excerpt.ts';
import type { Place } from './place.ts';
import { riskScore } from './risk.ts';
import type { Detector, Rule, View } from './rule.ts';
import { type Scan, SEVERITIES, type Severity, type Threat, type ThreatType } from './threat.ts';
import { commandLineOf, type Leaf, ToolReading } from './tool-reading.ts';

/** How much of what was found is told. A scan tells the gravest; `all` is for taking it out. */
export type Extent = 'gravest' | 'all';

export type ScanOptions = Readonly<{ extent?: Extent; budget?: Budget }>;
export type ScannedCall = Readonly<{ name: string; type?: string | undefined; arguments: Readonly<Record<string, unknown>> }>;

/** Threats told of one scan: the first ones of each rule, the gravest rules first. */
const MAX_THREATS = 100;
const MAX_PER_RULE = 10;
/** Shorter texts hold nothing that any rule sees. */
const MIN_LENGTH = 3;

/** The rule behind `scan_incomplete`. */
export const incompleteRule = {
  id: 'scan.incomplete',
  type: 'scan_incomplete',
  severity: 'high',
  sees: 'a scan that met an error or spent its budget, so that something may have been missed',
} as const;

/** Reads calls and outputs. Pure and deterministic but for bounded memories that change no answer; never throws. */
export class Scanner {
  readonly #engine: Engine;
  readonly #reading = new ToolReading();

  constructor(detectors: readonly Detector[]) {
    this.#engine = new Engine(detectors);
  }

  /** Every string of the arguments, each read as its field is meant. */
  scanCall({ name, type, arguments: toolArguments }: ScannedCall, options: ScanOptions = {}): Scan {
    return this.#scan(toolArguments, options, (leaf) => this.#reading.placeOf(name, type, leaf));
  }

  /** What a tool returned, or any other content: a text, or JSON whose strings are read one by one. */
  scanOutput(output: unknown, { tool = '' }: Readonly<{ tool?: string | undefined }> = {}, options: ScanOptions = {}): Scan {
    return this.#scan(output, options, ({ path, field, listed }) => (listed === undefined ? { role: 'output', tool, path, field, language: '', file: '' } : undefined));
  }

  #scan(value: unknown, { extent = 'gravest', budget: given }: ScanOptions, placeOf: (leaf: Leaf) => Place | undefined): Scan {
    const threats = new Threats(extent);
    try {
      const budget = given ?? budgetFor(sizeOf(value));
      visitLeaves(value, budget, (leaf) => {
        const place = leaf.text.length < MIN_LENGTH ? undefined : placeOf(leaf);
        if (!place) return;
        this.#scanText(leaf.listed === 'words' ? commandLineOf(place.tool, leaf.text) : leaf.text, place, budget, threats);
      });
    } catch (error) {
      threats.endsEarly(reasonOf(error));
    }
    return threats.scan();
  }

  #scanText(text: string, place: Place, budget: Budget, threats: Threats): void {
    for (const layer of layersOf(text, budget)) {
      const report = threats.reportsOf(layer, place);
      this.#engine.detect({ text: layer.text, place, decodings: layer.decodings, budget, report });
    }
  }
}

/** A finding before it is told: what it says depends on what else was found. */
type Found = Readonly<{
  rule: Rule;
  path: string;
  decodings: readonly string[];
  /** Where it stands in the string as it was sent. */
  origin: readonly [start: number, end: number];
  /** Where it stands in the reading it was found in, and how that reads, as much as may be told of it. */
  start: number;
  text: string;
}>;

/** Of a finding's text, what an excerpt is made of. */
const MAX_TEXT = 400;

class Threats {
  readonly #extent: Extent;
  readonly #found: Found[] = [];
  readonly #seen = new Set<string>();
  readonly #perRule = new Map<string, number>();
  #incomplete: string | undefined;
  #layer: Layer | undefined;
  #place: Place | undefined;

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  /** How detectors report on a text. One function for all texts: it belongs to the text it was last asked for. */
  reportsOf(layer: Layer, place: Place): View['report'] {
    this.#layer = layer;
    this.#place = place;
    return this.#report;
  }

  /** The scan ended before its time. */
  endsEarly(reason: string): void {
    this.#incomplete = reason;
  }

  /** A finding that another layer gave already counts once. */
  readonly #report = (rule: Rule, start: number, end: number): void => {
    const [layer, place] = [this.#layer, this.#place];
    if (!layer || !place) return;
    const origin = [layer.origin(start), layer.origin(end)] as const;
    const key = `${rule.id}\n${place.path}\n${origin[0]}`;
    const ofRule = this.#perRule.get(rule.id) ?? 0;
    if (this.#seen.has(key) || (this.#extent === 'gravest' && ofRule >= MAX_PER_RULE)) return;
    this.#seen.add(key);
    this.#perRule.set(rule.id, ofRule + 1);
    this.#found.push({ rule, path: place.path, decodings: layer.decodings, origin, start, text: layer.text.slice(start, Math.min(end, start + MAX_TEXT)) });
  };

  scan(): Scan {
    if (this.#found.length === 0 && this.#incomplete === undefined) return nothing;
    const grave = this.#found.toSorted((a, b) => gravity(b.rule.severity) - gravity(a.rule.severity));
    const secrets = grave.filter(({ rule }) => isSecret(rule));
    const told = (this.#extent === 'all' ? grave : grave.slice(0, MAX_THREATS)).map((found) => threatOf(found, secrets));
    const threats = this.#incomplete === undefined ? told : [incompleteThreat(this.#incomplete), ...told].toSorted((a, b) => gravity(b.severity) - gravity(a.severity));
    const types = new Set<ThreatType>(threats.map(({ type }) => type));
    return { risk_score: riskScore(threats), threats_detected: [...types], threats };
  }
}

const isSecret = ({ type }: Rule): boolean => type === 'credential_exposure' || type === 'pii_exposure';

/** INVARIANT: no threat shows what another one says is secret. */
function threatOf(found: Found, secrets: readonly Found[]): Threat {
  const { rule, path, origin, decodings } = found;
  const { id, type, severity } = rule;
  const text = isSecret(rule) ? found.text : withoutSecrets(found, secrets);
  return { type, severity, rule: id, path, start: origin[0], end: origin[1], match: excerptOf(rule, text), message: messageOf(rule), ...(decodings.length > 0 && { decoded: decodings }) };
}

function withoutSecrets({ path, decodings, start, text }: Found, secrets: readonly Found[]): string {
  let out = '';
  let reached = 0;
  const here = secrets.filter((secret) => secret.path === path && secret.decodings.join() === decodings.join()).toSorted((a, b) => a.start - b.start);
  for (const secret of here) {
    const [from, to] = [Math.max(reached, secret.start - start), Math.min(text.length, secret.start + secret.text.length - start)];
    if (to <= from) continue;
    out += text.slice(reached, from) + masked(secret.text, secret.rule.type);
    reached = to;
  }
  return out + text.slice(reached);
}

const incompleteThreat = (reason: string): Threat => ({
  type: incompleteRule.type,
  severity: incompleteRule.severity,
  rule: incompleteRule.id,
  path: '',
  start: 0,
  end: 0,
  match: '',
  message: `The scan could not be finished: ${reason}.`,
});

const nothing: Scan = { risk_score: 0, threats_detected: [], threats: [] };
const gravity = (severity: Severity): number => SEVERITIES.indexOf(severity);
const messageOf = ({ sees }: Rule): string => `${sees.charAt(0).toUpperCase()}${sees.slice(1)}.`;

function reasonOf(error: unknown): string {
  if (error instanceof BudgetSpent) return 'it is too laborious to read';
  return 'the scanner met an error';
}

/** Characters of all strings and keys; stops counting where the depth bound stops the scan. */
function sizeOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > 300) return 8;
  if (Array.isArray(value)) return (value as unknown[]).reduce<number>((sum, item) => sum + 1 + sizeOf(item, depth + 1), 0);
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + sizeOf(item, depth + 1), 0);
}

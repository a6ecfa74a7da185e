import { type Budget, budgetFor, BudgetSpent } from './budget.ts';
import { Engine } from './engine.ts';
import { mayBeForm, readForm } from './layers/form-text.ts';
import { mayBeJson, readJson } from './layers/json-text.ts';
import { asSent, behind, type Held, type Layer, layersOf, within } from './layers/layers.ts';
import { mayBePatch, readPatch } from './layers/patch-text.ts';
import { visitJson, visitLeaves } from './leaves.ts';
import { excerptOf, masked } from './excerpt.ts';
import type { Place, Role } from './place.ts';
import { riskScore } from './risk.ts';
import type { CallAnalyser, Detector, Rule, View } from './rule.ts';
import { type Scan, SEVERITIES, type Severity, type Threat, type ThreatType } from './threat.ts';
import { commandLineOf, type Leaf, leadOf, ToolReading } from './tool-reading.ts';

/** How much of what was found is told. A scan tells the gravest; `all` is for taking it out: only the gravest of them show what matched. */
type Extent = 'gravest' | 'all';

export type ScanOptions = Readonly<{ extent?: Extent; budget?: Budget }>;
export type ScannedCall = Readonly<{ name: string; type?: string | undefined; arguments: Readonly<Record<string, unknown>> }>;

/** Threats told of one scan: the first ones of each rule, the gravest rules first. */
const MAX_THREATS = 100;
const MAX_PER_RULE = 10;
/** Shorter texts hold nothing that any rule sees. */
const MIN_LENGTH = 3;
/** JSON in a string of JSON in a string: so deep it is taken apart. */
const MAX_NESTED = 4;

/** Where a glob stands for a file. */
const HOLDS_GLOBS: ReadonlySet<Role> = new Set(['shell', 'path', 'value']);

/** Where the body of a form may stand. */
const HOLDS_FORMS: ReadonlySet<Role> = new Set(['value', 'prose']);
/** Operators of a document store, and the prototype of an object, are an attack where they stand in for a value. */
const STANDS_FOR_VALUE = /"(?:\$\w+|__proto__|constructor|prototype)"\s*:/;
/** Most texts begin with a letter, and hold no others. */
const mayHold = (text: string): boolean => !isLetter(text.charCodeAt(0)) || mayBeForm(text) || mayBePatch(text);
const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
/** Around the strings that it holds a document is none of these. */
const NO_DOCUMENT: ReadonlySet<Role> = new Set(['value', 'prose', 'path', 'shell']);
const asDocument = (place: Place): Place => (NO_DOCUMENT.has(place.role) ? { ...place, role: 'code', language: 'json' } : place);

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
  readonly #callAnalysers: readonly CallAnalyser[];

  constructor(detectors: readonly Detector[], callAnalysers: readonly CallAnalyser[] = []) {
    this.#engine = new Engine(detectors);
    this.#callAnalysers = callAnalysers;
  }

  /** The call as a whole, every string of the arguments, each read as its field is meant, and the calls and the JSON that stand in it. */
  scanCall({ name, type, arguments: toolArguments }: ScannedCall, options: ScanOptions = {}): Scan {
    return this.#scan(toolArguments, name, options, {
      placeOf: (leaf) => this.#reading.placeOf(leaf.tool === name ? type : undefined, leaf),
      analysers: this.#callAnalysers,
    });
  }

  /** What a tool returned, or any other content: a text, or JSON whose strings are read one by one. */
  scanOutput(output: unknown, { tool = '' }: Readonly<{ tool?: string | undefined }> = {}, options: ScanOptions = {}): Scan {
    return this.#scan(output, tool, options, { placeOf: ({ path, field, listed }) => (listed === undefined ? { role: 'output', tool, path, field, language: '', file: '' } : undefined), analysers: undefined });
  }

  #scan(value: unknown, tool: string, { extent = 'gravest', budget: given }: ScanOptions, way: Way): Scan {
    const threats = new Threats(extent);
    try {
      const budget = given ?? budgetFor(sizeOf(value));
      const { placeOf, analysers } = way;
      const run: Run = { placeOf, analysers, budget, threats, onCall: (called, calledWith) => { this.#scanWhole(run, called, calledWith); } };
      if (analysers) this.#scanWhole(run, tool, value as ScannedCall['arguments']);
      visitLeaves(value, tool, { budget, onCall: run.onCall, onLeaf: (leaf) => { this.#scanLeaf(run, leaf, undefined, leaf.path, 0); } });
      if (budget.isPartial) threats.endsEarly(tooLaborious);
    } catch (error) {
      threats.endsEarly(reasonOf(error));
    }
    return threats.scan();
  }

  #scanWhole({ analysers, budget, threats }: Run, tool: string, toolArguments: ScannedCall['arguments']): void {
    try {
      for (const { analyse } of analysers ?? []) {
        analyse({ tool, arguments: toolArguments, budget, report: (rule) => threats.reportsOf(asSent(tool), { role: 'value', tool, path: '', field: '', language: '', file: '' }, '')(rule, 0, tool.length) });
      }
    } catch (error) {
      if (budget.isSpent) throw error;
      threats.endsEarly(reasonOf(error));
    }
  }

  /** `pointer`: of the string as it was sent; `outer`: the layer of it that holds this one. */
  #scanLeaf(run: Run, leaf: Leaf, outer: Layer | undefined, pointer: string, level: number, held: Held = 'JSON'): void {
    const place = leaf.text.length < MIN_LENGTH ? undefined : run.placeOf(leaf);
    if (!place) return;
    const { budget, threats } = run;
    try {
      const lead = leadOf(place, leaf);
      const text = leaf.listed === 'words' ? commandLineOf(place.tool, leaf.text) : lead + leaf.text;
      const ahead = leaf.ahead === undefined ? lead.length : leaf.ahead + text.length - leaf.text.length;
      const sent = outer && leaf.written ? within(text, outer, leaf.written, held) : asSent(text);
      const first = lead !== '' || (leaf.ahead !== undefined && !outer) ? behind(text, ahead, sent) : sent;
      // First: what a string of JSON holds is told of that string, not of all from there to the end.
      if (mayHold(first.text) && this.#scanHeld(run, leaf, place, first, pointer, level)) {
        // Its strings have been decoded, each by itself.
        this.#detect(run, first, asDocument(place), pointer);
        return;
      }
      for (const layer of this.#layersOf(run, first, place, pointer)) {
        const isDocument = layer !== first && mayHold(layer.text) && this.#scanHeld(run, leaf, place, layer, pointer, level);
        this.#detect(run, layer, isDocument ? asDocument(place) : place, pointer);
      }
    } catch (error) {
      // One text that cannot be read hides no other.
      if (budget.isSpent) throw error;
      threats.endsEarly(reasonOf(error));
    }
  }

  /** Scans the texts that a text holds; answers whether it is sure to be nothing but what holds them. What is written to a file is read as that, and of an output all is one text. */
  #scanHeld(run: Run, leaf: Leaf, place: Place, layer: Layer, pointer: string, level: number): boolean {
    const { text } = layer;
    const { budget, analysers, onCall } = run;
    if (!analysers || level >= MAX_NESTED || leaf.listed !== undefined) return false;
    if (mayBePatch(text)) return this.#scanPatch(run, leaf, layer, pointer, level);
    if (place.file !== '') return false;
    const form = HOLDS_FORMS.has(place.role) && mayBeForm(text);
    const held = mayBeJson(text) ? readJson(text, budget) : form ? readForm(text, budget) : undefined;
    if (!held) return false;
    visitJson(held, leaf, { budget, onCall, onLeaf: (inner) => { this.#scanLeaf(run, inner, layer, pointer, level + 1, form ? 'form' : 'JSON'); } });
    return held.strict && !STANDS_FOR_VALUE.test(text);
  }

  /** What a patch adds to a file is written to it. */
  #scanPatch(run: Run, { path, tool, given }: Leaf, layer: Layer, pointer: string, level: number): boolean {
    const files = readPatch(layer.text, run.budget);
    for (const { file, text, written } of files) {
      this.#scanLeaf(run, { text, path: `${path}/content`, field: 'content', siblings: { path: file, content: text }, tool, given, written }, layer, pointer, level + 1, 'patch');
    }
    return files.length > 0;
  }

  #layersOf(run: Run, text: Layer, place: Place, pointer: string): readonly Layer[] {
    try {
      return layersOf(text, run.budget, HOLDS_GLOBS.has(place.role));
    } catch (error) {
      this.#detect(run, text, place, pointer);
      throw error;
    }
  }

  #detect({ budget, threats }: Run, layer: Layer, place: Place, pointer: string): void {
    this.#engine.detect({ text: layer.text, place, decodings: layer.decodings, budget, report: threats.reportsOf(layer, place, pointer) });
  }
}

/** How the strings of a value are read; `analysers`: whom to ask about a call, undefined for an output. */
type Way = Readonly<{ placeOf: (leaf: Leaf) => Place | undefined; analysers: readonly CallAnalyser[] | undefined }>;
/** One scan. */
type Run = Way & Readonly<{ budget: Budget; threats: Threats; onCall: (tool: string, given: ScannedCall['arguments']) => void }>;

/** A finding before it is told: what it says depends on what else was found. */
type Found = Readonly<{
  rule: Rule;
  path: string;
  layer: Layer;
  /** Where it stands in the string as it was sent. */
  origin: readonly [start: number, end: number];
  /** Where it stands in its layer, and how that reads, as much as may be told of it. */
  start: number;
  end: number;
  text: string;
}>;

/** Of a finding's text, what an excerpt is made of. */
const MAX_TEXT = 400;

class Threats {
  readonly #extent: Extent;
  readonly #found: Found[] = [];
  /** By path: all that is secret there, told or not. */
  readonly #secrets = new Map<string, Found[]>();
  readonly #seen = new Set<string>();
  readonly #perRule = new Map<string, number>();
  #incomplete: string | undefined;
  #layer: Layer | undefined;
  #place: Place | undefined;
  #pointer = '';

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  /** How detectors report on a text, which is or stands in the string at `pointer`. One function for all texts: it belongs to the text it was last asked for. */
  reportsOf(layer: Layer, place: Place, pointer: string): View['report'] {
    this.#layer = layer;
    this.#place = place;
    this.#pointer = pointer;
    return this.#report;
  }

  /** Something was left unread. */
  endsEarly(reason: string): void {
    this.#incomplete ??= reason;
  }

  /** A finding that another layer gave already counts once. */
  readonly #report = (rule: Rule, start: number, end: number): void => {
    const [layer, place] = [this.#layer, this.#place];
    if (!layer || !place) return;
    const ofRule = this.#perRule.get(rule.id) ?? 0;
    const counts = this.#extent === 'all' || ofRule < MAX_PER_RULE;
    if (!counts && !isSecret(rule)) return;
    const path = this.#pointer;
    const begin = layer.begin(start);
    const found: Found = { rule, path, layer, origin: [begin, Math.max(begin, layer.end(end))], start, end, text: layer.text.slice(start, Math.min(end, start + MAX_TEXT)) };
    if (isSecret(rule)) this.#keepSecret(found);
    const key = `${rule.id}\n${path}\n${begin}`;
    if (!counts || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#perRule.set(rule.id, ofRule + 1);
    this.#found.push(found);
  };

  #keepSecret(secret: Found): void {
    const here = this.#secrets.get(secret.path);
    if (here) here.push(secret);
    else this.#secrets.set(secret.path, [secret]);
  }

  /** Score and types are of all that was found; of the threats themselves the gravest are told. */
  scan(): Scan {
    if (this.#found.length === 0 && this.#incomplete === undefined) return nothing;
    const grave = this.#found.toSorted((a, b) => gravity(b.rule) - gravity(a.rule));
    const told = (this.#extent === 'all' ? grave : grave.slice(0, this.#incomplete === undefined ? MAX_THREATS : MAX_THREATS - 1)).map((found, at) => threatOf(found, at < MAX_THREATS ? this.#shown(found) : ''));
    const incomplete = this.#incomplete === undefined ? [] : [incompleteThreat(this.#incomplete)];
    const threats = gravestFirst([...incomplete, ...told]);
    const all = gravestFirst([...incomplete, ...grave.map(({ rule }) => rule)]);
    return { risk_score: riskScore(all), threats_detected: [...new Set(all.map(({ type }) => type))], threats };
  }

  /** INVARIANT: no threat shows what another one says is secret. */
  #shown(found: Found): string {
    return excerptOf(found.rule, isSecret(found.rule) ? found.text : withoutSecrets(found, this.#secrets.get(found.path) ?? []));
  }
}

const isSecret = ({ type }: Rule): boolean => type === 'credential_exposure' || type === 'pii_exposure';

function threatOf({ rule, path, origin, layer: { decodings } }: Found, match: string): Threat {
  const { id, type, severity } = rule;
  return { type, severity, rule: id, path, start: origin[0], end: origin[1], match, message: messageOf(rule), ...(decodings.length > 0 && { decoded: decodings }) };
}

/** A secret found in the same layer is masked where it stands; one of another layer hides all that comes from the same place in the text as sent. */
function withoutSecrets({ layer, origin, start, text }: Found, secrets: readonly Found[]): string {
  const here = secrets.filter((secret) => secret.layer === layer && secret.start < start + text.length && secret.end > start);
  const seenHere = new Set(here.map((secret) => secret.origin.join()));
  const elsewhere = secrets.filter((secret) => secret.layer !== layer && secret.origin[0] < origin[1] && secret.origin[1] > origin[0] && !seenHere.has(secret.origin.join()));
  const hidden = [
    ...here.map((secret) => ({ from: secret.start - start, to: secret.end - start, mask: masked(secret.text, secret.rule.type) })),
    ...elsewhere.map((secret) => ({ from: firstAt(text.length, (at) => layer.end(start + at + 1) > secret.origin[0]), to: firstAt(text.length, (at) => layer.begin(start + at) >= secret.origin[1]), mask: '…' })),
  ].toSorted((a, b) => a.from - b.from);
  let out = '';
  let reached = 0;
  for (const { from, to, mask } of hidden) {
    if (Math.min(to, text.length) <= Math.max(from, reached)) continue;
    out += text.slice(reached, Math.max(reached, from)) + mask;
    reached = Math.min(to, text.length);
  }
  return out + text.slice(reached);
}

/** The first place where something holds that holds ever after; `length`: nowhere. */
function firstAt(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
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

type Graded = Readonly<{ type: ThreatType; severity: Severity }>;

const nothing: Scan = { risk_score: 0, threats_detected: [], threats: [] };
const gravity = ({ severity }: Graded): number => SEVERITIES.indexOf(severity);
const gravestFirst = <T extends Graded>(some: readonly T[]): T[] => some.toSorted((a, b) => gravity(b) - gravity(a));
const messageOf = ({ sees }: Rule): string => `${sees.charAt(0).toUpperCase()}${sees.slice(1)}.`;

const tooLaborious = 'it is too laborious to read';
const reasonOf = (error: unknown): string => (error instanceof BudgetSpent ? tooLaborious : 'the scanner met an error');

/** Characters of all strings and keys; stops counting where the depth bound stops the scan. */
function sizeOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > 300) return 8;
  let size = 0;
  if (Array.isArray(value)) for (const item of value as unknown[]) size += 1 + sizeOf(item, depth + 1);
  else for (const key of Object.keys(value)) size += key.length + sizeOf((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  return size;
}

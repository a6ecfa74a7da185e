import type { Analyser, Rule, View } from '../rule.ts';
import { type Climb, climbOf } from './climb.ts';
import { piecesOf } from './pieces.ts';
import { isSystemTarget } from './targets.ts';
import * as rules from './traversal-rules.ts';

/** Climbs that no monorepo needs. */
const MANY = 7;
/** Fields whose value becomes part of a path in the tool: a name, never a way. */
const NAME_FIELD = /(?:^|_)(?:entry|entries|member|locale|lang|language|template|theme|slug|page|view|partial|layout|skin|plugin|avatar|bucket|username|user|title|id|tag|report|attachment|document_name|upload_name|original_name|download_name|snapshot|tenant|customer|account)$/;
/** Of these not even one that stays inside is a name. */
const ID_FIELD = /(?:^|_)(?:id|slug|username|user|tenant|customer|account)$/;
/** What a server keeps for itself. */
const INSIDE = /^(?:admin|internal|private|management|actuator|console|secrets?|keys?|config|debug|metrics)(?:\/|$)/;
const FILE_NAME_FIELD = /(?:^|_)(?:file_?name|name|key)$/;
const NAMING_TOOL = /attach|upload|archive|zip|\btar\b|extract|export|report|invoice|backup|template|avatar/i;
const ARCHIVE_FIELD = /(?:^|_)(?:entry|entries|member|members)$/;

export const traversal: Analyser = {
  name: 'paths.traversal',
  roles: ['shell', 'powershell', 'cmd', 'code', 'path', 'url', 'host', 'markup', 'prose', 'address', 'value'],
  literals: [
    ...['../', '..\\', '..;', '..%', '..0x', '/..', '\\..', '.../', '..\0', '?.%', '??%', '.?%'],
    ...['%2e', '%c0', '%c1', '%e0%80', '%e0%40', '%f0%80', '%f8%80', '%fc%80', '%bg%qf', '%u00', '%uff0', '%u22', '%uefc', '%uf02', '%%3', '%25', '0x2e', '0x2f', '0x5c'],
    ...['．．', '․․', '。。', '..／', '..∕', '..＼', '..∖', '..⁄'],
  ],
  rules: Object.values(rules),
  analyse(view) {
    const { place, text, budget } = view;
    if ((place.role === 'prose' || place.role === 'markup') && /\s/.test(text.trim().slice(0, 400))) return;
    for (const { start, end } of piecesOf(view)) {
      budget.spend(2 * (end - start));
      const authority = /^[a-z][a-z0-9+.-]{1,15}:\/\/[^/\\?#]*/i.exec(text.slice(start, Math.min(end, start + 300)))?.[0].length ?? 0;
      const climb = climbOf(text.slice(start + authority, end));
      const rule = ruleOf(climb, view, text.slice(start, end) === text.trim());
      if (rule) view.report(rule, start, end);
    }
  },
};

/** The gravest reading of one path; undefined: an ordinary way through a tree. */
function ruleOf(climb: Climb, { place, text }: View, whole: boolean): Rule | undefined {
  const { climbs, above, absolute, leaves, backAtRoot, target, tricks } = climb;
  const system = isSystemTarget(target);
  if (climbs === 0) return tricks.has('overlong') && (system || tricks.size > 1) ? rules.overlong : undefined;
  const hidden = hiddenRule(climb);
  if (hidden) return hidden;
  const running = /^(?:shell|powershell|cmd|code)$/.test(place.role) && !(whole && place.role === 'code' && place.field === 'source');
  if (above > 0 && system && (above >= 2 || !running)) return running && place.file !== '' ? rules.writtenClimb : rules.climbToSystem;
  if (backAtRoot && system && !running && place.role !== 'url') return rules.climbToSystem;
  if (running) return undefined;
  if (place.role === 'url') {
    if (tricks.has('encoded-dots') && above > 0) return rules.encodedDots;
    if (INSIDE.test(target)) return rules.climbInside;
    if (tricks.has('encoded-separator') && (above > 0 || climbs > 1)) return above > 1 || climbs > 1 ? rules.encodedDots : undefined;
  } else if ((above > 0 || climbs > 1) && (tricks.has('encoded-dots') || tricks.has('encoded-separator'))) return rules.encodedDots;
  if (absolute && above >= (place.role === 'url' ? 2 : 1)) return rules.aboveRoot;
  if (leaves && whole && !text.trimStart().startsWith('./') && (place.role === 'path' || place.role === 'value')) return rules.leavesFolder;
  if (above >= MANY) return rules.manyClimbs;
  if (above > 0 && ARCHIVE_FIELD.test(place.field)) return rules.entryClimb;
  if (whole && !absolute && ID_FIELD.test(place.field) && place.role !== 'url') return rules.nameClimb;
  if (above > 0 && whole && !absolute && (NAME_FIELD.test(place.field) || (FILE_NAME_FIELD.test(place.field) && NAMING_TOOL.test(place.tool)))) return rules.nameClimb;
  return above >= 5 || (above > 1 && place.role === 'value') ? rules.farClimb : undefined;
}

/** Climbs that are written to get past a filter. */
function hiddenRule({ climbs, plainClimbs, tricks, nested, parameters, target }: Climb): Rule | undefined {
  if (tricks.has('overlong')) return rules.overlong;
  if (climbs > plainClimbs) {
    if (tricks.has('wide') || tricks.has('folded')) return rules.wide;
    if (tricks.has('double-encoded')) return rules.doubleEncoded;
    if (tricks.has('hex-written')) return rules.hexWritten;
  }
  if (parameters) return rules.parameterClimb;
  if (tricks.has('control-character')) return rules.brokenClimb;
  if (nested && (climbs >= 2 || isSystemTarget(target))) return rules.nestedDots;
  return undefined;
}

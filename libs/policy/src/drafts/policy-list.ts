import { checkPolicyDraft } from './check-policy.ts';
import { fields, oneOf, type Problem, problemsOf, type Rule, satisfies, text } from './draft-reader.ts';
import { instantOf } from '../instant.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { appendToken } from '../json-pointer.ts';
import { DEFAULT_ACTIONS, type DefaultAction, type Policy } from '../policy.ts';
import { draftOf } from '../policy-set.ts';

/** `path`: where the list stands in the document, so that its policies are at `<path>/0` and so on. */
export type PolicyFile = Readonly<{ default_action?: DefaultAction; policies: readonly Policy[]; path: string }>;

type Problems = Readonly<{ problems: readonly Problem[] }>;

const MAX_POLICIES = 10_000;
/** Policies without a time of their own are one minute younger than the one before. */
const FIRST_CREATED_AT = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const anything: Rule = () => undefined;
const id = text({ min: 1, max: 200 });
const instant = satisfies((value) => instantOf(value) !== null, 'must be a time with its offset, such as `2026-03-08T07:30:00Z`');
const list = satisfies((value) => Array.isArray(value) && value.length <= MAX_POLICIES, `must be a list of at most ${MAX_POLICIES} policies`);
const file = fields({ default_action: oneOf(DEFAULT_ACTIONS), policies: anything });

/** A file of policies, already parsed from YAML or JSON: a list of them, or `{default_action?, policies}`. Takes any value; paths are JSON pointers into it. */
export function readPolicyFile(document: unknown): PolicyFile | Problems {
  if (Array.isArray(document)) return inFile(readPolicyList(document, ''), { path: '' });
  if (!isJsonObject(document)) return { problems: [{ path: '', message: 'must be a list of policies, or an object with `policies`' }] };
  const problems = problemsOf(file, document, '');
  if (document['policies'] === undefined) return { problems: [...problems, { path: '', message: 'has no `policies`' }] };
  const read = readPolicyList(document['policies'], '/policies');
  if (problems.length > 0) return { problems: 'problems' in read ? [...problems, ...read.problems] : problems };
  const action = document['default_action'];
  return inFile(read, { path: '/policies', ...(action !== undefined && { default_action: action as DefaultAction }) });
}

/**
 * Policies as people write them down: drafts that may have an `id` and times. Without, ids are `p1`, `p2` … and each is younger than the one before,
 * so that of equal priorities the one that stands first is asked first.
 */
export function readPolicyList(value: unknown, path: string): Readonly<{ policies: readonly Policy[] }> | Problems {
  const bad = problemsOf(list, value, path);
  if (bad.length > 0) return { problems: bad };
  const written = value as readonly unknown[];
  const seen = new Set<unknown>();
  const problems = written.flatMap((one, index) => {
    const inner = appendToken(path, index);
    const twice = isJsonObject(one) && one['id'] !== undefined && seen.size === seen.add(one['id']).size;
    return [...problemsOfOne(one, inner), ...(twice ? [{ path: `${inner}/id`, message: 'another policy has this id' }] : [])];
  });
  return problems.length > 0 ? { problems } : { policies: (written as readonly JsonObject[]).map(policyOf) };
}

const inFile = (read: Readonly<{ policies: readonly Policy[] }> | Problems, rest: Omit<PolicyFile, 'policies'>): PolicyFile | Problems => ('problems' in read ? read : { ...read, ...rest });

function problemsOfOne(one: unknown, path: string): readonly Problem[] {
  if (!isJsonObject(one)) return [{ path, message: 'must be an object' }];
  const times = (['created_at', 'updated_at'] as const).flatMap((field) => (one[field] === undefined ? [] : problemsOf(instant, one[field], `${path}/${field}`)));
  return [
    ...(one['id'] === undefined ? [] : problemsOf(id, one['id'], `${path}/id`)),
    ...times,
    ...checkPolicyDraft(draftOf(one)).map((problem) => ({ path: `${path}${problem.path}`, message: problem.message })),
  ];
}

function policyOf(draft: JsonObject, index: number): Policy {
  const at = new Date(FIRST_CREATED_AT + index * MINUTE).toISOString();
  const given = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));
  return { id: `p${index + 1}`, priority: 0, is_active: true, created_at: at, updated_at: at, ...given } as unknown as Policy;
}

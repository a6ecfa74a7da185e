import { isJsonObject, type InputProblem, type Refusal } from '@holdpoint/contracts';
import { type Policy, readPolicyList } from '@holdpoint/policy';

type Reading = Readonly<{
  /** Epoch milliseconds: when drafts without a time of their own were made. */
  now: number;
  /** Processor time that this process has taken, in milliseconds. */
  cpuMs: () => number;
  /** Waited for between drafts when reading takes long. */
  turnForOthers: () => Promise<void>;
}>;

const maxProblems = 100;
/** For so long reading has the processor to itself, and until the draft that it is at has been read. */
const turnMs = 20;
/** What reading may take in all. Compiling what was read takes about three times as much, in one piece. */
const maxReadingMs = 500;

/**
 * Policies that a client sent to be judged by, as if all were made now in the order given; `id` and times, as listed policies have them, may stand in them.
 * INVARIANT: bounded, whatever was sent: an evaluator judges for everybody.
 */
export async function readDrafts(drafts: readonly unknown[], { now, cpuMs, turnForOthers }: Reading): Promise<Readonly<{ policies: readonly Policy[] }> | Readonly<{ refused: Refusal }>> {
  const policies: Policy[] = [];
  const problems: InputProblem[] = [];
  const ids = new Set<string>();
  let spentMs = 0;
  let turnEndsMs = turnMs;
  for (const [index, draft] of drafts.entries()) {
    const path = `/policies/${index}`;
    const startedMs = cpuMs();
    const read = readPolicyList([named(draft, { index, now })], '');
    spentMs += cpuMs() - startedMs;
    if (spentMs > maxReadingMs) return { refused: tooCostly };
    if ('problems' in read) problems.push(...read.problems.map((problem) => ({ path: path + problem.path.slice('/0'.length), message: problem.message })));
    else policies.push(...read.policies);
    const [id] = 'policies' in read ? read.policies.map((policy) => policy.id) : [];
    if (id !== undefined && ids.size === ids.add(id).size) problems.push({ path: `${path}/id`, message: 'another policy has this id' });
    if (problems.length >= maxProblems) break;
    if (spentMs > turnEndsMs) {
      await turnForOthers();
      turnEndsMs = spentMs + turnMs;
    }
  }
  if (problems.length === 0) return { policies };
  return { refused: { status: 400, code: 'invalid_input', detail: 'the request has policies that cannot be used', errors: problems.slice(0, maxProblems) } };
}

/** Younger than all that say when they were made, as it will be once it is created. */
function named(draft: unknown, { index, now }: Readonly<{ index: number; now: number }>): unknown {
  return isJsonObject(draft) ? { id: `p${index + 1}`, created_at: new Date(now + index).toISOString(), ...draft } : draft;
}

const tooCostly: Refusal = {
  status: 422,
  code: 'policies_too_costly',
  detail: 'the policies take too long to read; send fewer of them, or fewer and simpler patterns',
};

import { canonicalJson } from '@holdpoint/approval';
import type { Policy } from '@holdpoint/policy';
import { type GuardApi, GuardTrouble, WrittenMeanwhile, type Written } from './guard-api.ts';
import type { Step } from './plan.ts';

type Pushing = Readonly<{ api: GuardApi; guard: string; version: string; wait: boolean; stop: AbortSignal; done: (step: Step) => void }>;

/** Fields that a change can take away; `null` does. */
const REMOVABLE = ['description', 'conditions', 'rate_limit', 'approval_config'] as const;

/**
 * Writes one step after the other, each on exactly the version that the last one made, and stops at the first that cannot be written: nobody's change is lost, and
 * nothing is written on top of what has not been seen. Returns what the last write answered. Throws `GuardTrouble`, `WrittenMeanwhile`.
 */
export async function pushSteps(steps: readonly Step[], { api, guard, version, wait, stop, done }: Pushing): Promise<Written | null> {
  let last: Written | null = null;
  for (const [index, step] of steps.entries()) {
    if (stop.aborted) throw new GuardTrouble('interrupted');
    const before: string = last?.version ?? version;
    last = await writeStep(step, { api, guard, version: before, wait: wait && index === steps.length - 1 });
    done(step);
    // A policy's own tag says nothing of the others: the number of the new version does.
    if (Number(last.version) !== Number(before) + 1) throw new WrittenMeanwhile('somebody else has written meanwhile');
  }
  return last;
}

async function writeStep(step: Step, { api, guard, version, wait }: Omit<Pushing, 'done' | 'stop'>): Promise<Written> {
  switch (step.kind) {
    case 'add':
      return await api.write({ method: 'POST', path: `${api.path}/policies`, body: draftOf(step.policy), ifMatch: `"${version}"`, wait });
    case 'change':
      return await api.write({ method: 'PATCH', path: policyPath(api, step.policy), body: patchOf(step.before, step.policy), ifMatch: await tagOfSame(api, step.before), wait });
    case 'remove':
      return await api.write({ method: 'DELETE', path: policyPath(api, step.policy), ifMatch: await tagOfSame(api, step.policy), wait });
    case 'default_action':
      return await api.write({ method: 'PATCH', path: `/v1/guards/${guard}`, body: { default_action: step.action }, ifMatch: await tagOfSameGuard(api, step.before), wait });
  }
}

const policyPath = (api: GuardApi, { id }: Policy): string => `${api.path}/policies/${encodeURIComponent(id)}`;

/** The tag of the policy, if it is still the one that was read. */
async function tagOfSame(api: GuardApi, policy: Policy): Promise<string> {
  const { policy: now, tag } = await api.tagOf(policy.id);
  if (canonicalJson(now) !== canonicalJson(policy)) throw new WrittenMeanwhile(`somebody else has changed policy \`${policy.name}\` meanwhile`);
  if (tag === null) throw new GuardTrouble('the gateway gives policies no tag, as this version of Holdpoint does');
  return tag;
}

/** Null: the gateway tags no guards. */
async function tagOfSameGuard(api: GuardApi, defaultAction: string): Promise<string | null> {
  const { default_action: now, tag } = await api.guard();
  if (now !== defaultAction) throw new WrittenMeanwhile('somebody else has changed the default action meanwhile');
  return tag;
}

function draftOf(policy: Policy): object {
  return Object.fromEntries(Object.entries(policy).filter(([field]) => !['id', 'created_at', 'updated_at'].includes(field)));
}

function patchOf(before: Policy, policy: Policy): object {
  const removed = REMOVABLE.filter((field) => before[field] !== undefined && policy[field] === undefined);
  return { ...draftOf(policy), ...Object.fromEntries(removed.map((field) => [field, null])) };
}

import type { PolicySet } from '@holdpoint/contracts';
import { compilePolicySet, type CompiledPolicySet } from '@holdpoint/policy';
import type { Logger } from '@holdpoint/runtime';

/** A guard's set as this evaluator judges by it. `compiled` is null for a set that this version cannot read. */
export type HeldSet = Readonly<{ source: Omit<PolicySet, 'policies'>; compiled: CompiledPolicySet | null }>;

/** The current policy set of every guard, in memory. INVARIANT: a set is replaced whole, never edited, and never by an older one. */
export class PolicySets {
  private held = new Map<string, HeldSet>();
  private revision = 0;

  constructor(private readonly log: Logger) {}

  /** The revision up to which every set has been applied. */
  get applied(): number {
    return this.revision;
  }

  get guards(): number {
    return this.held.size;
  }

  get(guardId: string): HeldSet | undefined {
    return this.held.get(guardId);
  }

  apply(sets: readonly PolicySet[], revision: number): void {
    for (const set of sets) {
      const current = this.held.get(set.guard_id);
      if (current && current.source.version > set.version) continue;
      if (set.deleted) this.held.delete(set.guard_id);
      else this.held.set(set.guard_id, this.compile(set));
    }
    this.revision = revision;
  }

  /** The database was restored to an earlier state: what is held may never have been. */
  forget(): void {
    this.held = new Map();
    this.revision = 0;
  }

  private compile({ policies, ...source }: PolicySet): HeldSet {
    try {
      return { source, compiled: compilePolicySet({ ...source, policies }) };
    } catch (error) {
      this.log.error({ err: error, guard_id: source.guard_id, policy_version: source.version }, 'policy set cannot be compiled: its guard blocks every call');
      return { source, compiled: null };
    }
  }
}

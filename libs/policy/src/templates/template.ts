import type { Policy } from '../policy.ts';

/** A policy without what a guard gives it: id, priority, times. */
export type TemplateRule = Omit<Policy, 'id' | 'priority' | 'is_active' | 'created_at' | 'updated_at'>;

/** A start for a guard. `rules` stand in the order in which they decide. */
export type PolicyTemplate = Readonly<{ id: string; name: string; description: string; rules: readonly TemplateRule[] }>;

import { z } from 'zod';
import { Policy } from './policy.ts';

/** A policy as a template holds it. */
const TemplateRule = Policy.omit({ id: true, created_at: true, updated_at: true, priority: true, is_active: true });

/** A start for a guard: rules in the order in which they decide. */
export const PolicyTemplate = z.object({ id: z.string(), name: z.string(), description: z.string(), rules: z.array(TemplateRule) });
export type PolicyTemplate = z.output<typeof PolicyTemplate>;

export const TemplateId = z.string().regex(/^[a-z][a-z-]{0,62}$/, 'must be the id of a template');

/** Body of `POST …/policies/templates/{id}/apply`. `replace`: instead of all policies that are there; `append`: after them. `dry_run`: say what would be, write nothing. */
export const TemplateApplication = z.strictObject({ mode: z.enum(['replace', 'append'], 'must be `replace` or `append`'), dry_run: z.boolean('must be true or false').optional() });
export type TemplateApplication = z.output<typeof TemplateApplication>;

/** What an application makes, or would make. `data`: all policies in deciding order; in a dry run, new ones have no id and no times yet. `removed`: those that go. */
export const AppliedTemplate = z.object({
  dry_run: z.boolean(),
  data: z.array(Policy.partial({ id: true, created_at: true, updated_at: true })),
  removed: z.array(Policy),
});
export type AppliedTemplate = z.output<typeof AppliedTemplate>;

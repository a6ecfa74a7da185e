import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the services of this very build expect of their database. */
export type BuiltServices = Readonly<{
  /** By schema, which is named as its role: the names of the migrations, in their order. */
  migrations: Readonly<Record<string, readonly string[]>>;
  /** Opens sealed calls; throws a `SealBroken` that says why one cannot be opened. */
  sealUnder: (key: Buffer) => Readonly<{ open: (approvalId: string, sealed: Buffer) => string }>;
}>;

type MigrationClass = new () => Readonly<{ name?: string }>;

/** Loaded from the services' own builds (`dist`), so that it is theirs and never a copy. `src` is for specs. */
export async function builtServices(root: string, from: 'dist' | 'src' = 'dist'): Promise<BuiltServices> {
  const load = async (app: string, module: string): Promise<Record<string, unknown>> =>
    (await import(pathToFileURL(join(root, 'apps', app, from, `${module}.${from === 'dist' ? 'js' : 'ts'}`)).href)) as Record<string, unknown>;
  const [policyAdmin, decisionLog, approvalWorkflow, evaluator, seal] = await Promise.all([
    load('policy-admin', 'migrations/policy-admin'),
    load('policy-admin', 'migrations/decision-log'),
    load('approval-workflow', 'migrations/migrations'),
    load('evaluator', 'migrations/migrations'),
    load('approval-workflow', 'approvals/seal'),
  ]);
  const Seal = seal['Seal'] as new (key: Buffer) => ReturnType<BuiltServices['sealUnder']>;
  return {
    migrations: {
      policy_admin: namesOf(policyAdmin['policyAdminMigrations']),
      decision_log: namesOf(decisionLog['decisionLogMigrations']),
      approval_workflow: namesOf(approvalWorkflow['migrations']),
      evaluator: namesOf(evaluator['migrations']),
    },
    sealUnder: (key) => new Seal(key),
  };
}

function namesOf(migrations: unknown): readonly string[] {
  if (!Array.isArray(migrations)) throw new TypeError('a service of this build lists no migrations');
  return (migrations as MigrationClass[]).map((migrationClass) => new migrationClass().name ?? migrationClass.name);
}

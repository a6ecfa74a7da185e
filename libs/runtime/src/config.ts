import type { z } from 'zod';

export type ConfigProblem = Readonly<{ variable: string; problem: string }>;

/** The environment does not fit the schema. Names every variable and what is wrong with it, and shows no value. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
  readonly code = 'invalid_config';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(['invalid configuration', ...problems.map(({ variable, problem }) => `  ${variable}: ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

/** Reads `env` through the schema; an empty variable counts as not set. Throws `InvalidConfig` with all problems at once. */
export function readConfig<S extends z.ZodType>(schema: S, env: Readonly<Record<string, string | undefined>>): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new InvalidConfig(
    result.error.issues.map((issue) => {
      const variable = issue.path.map(String).join('.') || 'environment';
      const isMissing = issue.path.length === 1 && !Object.hasOwn(given, variable);
      return { variable, problem: isMissing && issue.code !== 'custom' ? 'is required' : withoutValues(issue.message, given[variable]) };
    }),
  );
}

/** A schema's own message may quote what it was given; that may be a secret. */
function withoutValues(message: string, value: string | undefined): string {
  return value === undefined || value.length < 3 ? message : message.replaceAll(value, '…');
}

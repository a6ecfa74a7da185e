import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { InvalidConfig, readConfig } from './config.ts';

const schema = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    LEVEL: z.enum(['debug', 'info']),
    DATABASE_URL: z.url(),
    SECRET_KEY: z.string().refine((value) => value.length === 64, { error: (issue) => `not a key: ${String(issue.input)}` }),
  })
  .transform(({ PORT, LEVEL, DATABASE_URL, SECRET_KEY }) => ({ http: { port: PORT }, level: LEVEL, databaseUrl: DATABASE_URL, key: SECRET_KEY }));

const good = { LEVEL: 'info', DATABASE_URL: 'postgres://a:b@c/d', SECRET_KEY: 'k'.repeat(64) };

describe('readConfig', () => {
  it('gives what the schema makes of the environment', () => {
    expect(readConfig(schema, { ...good, PORT: '81', UNRELATED: 'x' })).toEqual({
      http: { port: 81 },
      level: 'info',
      databaseUrl: 'postgres://a:b@c/d',
      key: 'k'.repeat(64),
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig(schema, { ...good, PORT: '' }).http.port).toBe(8080);
    expect(problemsOf({ ...good, LEVEL: '' })).toEqual([{ variable: 'LEVEL', problem: 'is required' }]);
  });

  it('names every variable that is wrong or missing, at once', () => {
    const problems = problemsOf({ PORT: 'eighty', LEVEL: 'loud', SECRET_KEY: 'short' });
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['DATABASE_URL', 'LEVEL', 'PORT', 'SECRET_KEY']);
    expect(problems.find(({ variable }) => variable === 'DATABASE_URL')?.problem).toBe('is required');
  });

  it('never shows a value, even where a schema’s own message quotes it', () => {
    const env = { PORT: '99999999', LEVEL: 'hunter2hunter2', DATABASE_URL: 'no address, pa55word', SECRET_KEY: 'not-quite-a-secret' };
    const error = thrownBy(() => readConfig(schema, env));
    const shown = `${error.message} ${JSON.stringify(error.problems)} ${String(error.stack)}`;
    for (const value of Object.values(env)) expect(shown).not.toContain(value);
  });

  it('is a problem of its own kind, readable on a terminal', () => {
    const error = thrownBy(() => readConfig(schema, { ...good, PORT: 'x' }));
    expect(error).toMatchObject({ name: 'InvalidConfig', code: 'invalid_config' });
    expect(error.message).toMatch(/^invalid configuration\n {2}PORT: /);
  });
});

function problemsOf(env: Record<string, string>) {
  return thrownBy(() => readConfig(schema, env)).problems;
}

function thrownBy(act: () => unknown): InvalidConfig {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidConfig) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

import { describe, expect, it } from '@jest/globals';
import { summaryOf, withoutValues } from './statement-spans.ts';

describe('a statement’s span', () => {
  it.each([
    ['SELECT * FROM approvals WHERE guard_id = $1 FOR UPDATE', 'SELECT approvals'],
    ['SELECT * FROM approvals FOR UPDATE SKIP LOCKED', 'SELECT approvals'],
    ['WITH parked AS (\n  INSERT INTO approvals (a) SELECT a FROM unnest($1::text[]) RETURNING a) SELECT a FROM parked', 'INSERT approvals'],
    ['INSERT INTO "outbox"("id", "topic") VALUES (DEFAULT, $1)', 'INSERT outbox'],
    ['UPDATE approvals SET status = $1', 'UPDATE approvals'],
    ['DELETE FROM outbox WHERE id = ANY($1::bigint[])', 'DELETE outbox'],
    ['INSERT INTO "approval_workflow"."outbox"("id") VALUES (DEFAULT)', 'INSERT outbox'],
    ['SELECT "row"."id" FROM "approval_workflow"."outbox" "row" FOR UPDATE SKIP LOCKED', 'SELECT outbox'],
    ['START TRANSACTION', 'START'],
    ['COMMIT', 'COMMIT'],
    ['SELECT 1', 'SELECT'],
  ])('%s is named %s', (statement, name) => {
    expect(summaryOf(statement)).toBe(name);
  });

  it('shows no value, however it is written', () => {
    expect(withoutValues(`SELECT *\n FROM t WHERE a = 'se''cret' AND b = $1 AND c = 'x'`)).toBe(`SELECT * FROM t WHERE a = '?' AND b = $1 AND c = '?'`);
  });
});

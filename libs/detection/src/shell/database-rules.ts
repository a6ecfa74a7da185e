import { type CommandRule, lineOf, operandsOf } from './command-rule.ts';
import type { Command } from './command.ts';
import { constantOutput } from './constant-output.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'destructive_command';

const DESTROYING = /\bdrop\s+(?:database|schema|table|keyspace|user|role|owned|tablespace|measurement|index|collection|graph)\b|\btruncate\s+(?:table\s+)?["'`\w]|\bdelete\s+from\s+[\w."`]+\s*(?:;|$|where\s+(?:1\s*=\s*1|true)\b)/i;
const DISPOSABLE = /(?:^|[_-])(?:test|tests|testing|tmp|temp|ci|dev|development|local|scratch|shadow|e2e|spec|sandbox)(?:[_-]|\d|$)/i;
const MONGO = /\bdropDatabase\s*\(|\.drop\s*\(\s*\)|\.(?:deleteMany|remove|delete_many)\s*\(\s*(?:\{\s*\})?\s*\)|\bshutdownServer\s*\(/;

/** What a client of a database is told, by an option or by its input. */
function told({ args, input, pipedFrom }: Command): string {
  const piped = input?.text ?? (pipedFrom && constantOutput(pipedFrom)) ?? '';
  return `${lineOf(args.map(({ text }) => text))} ${piped.slice(0, 2_048)}`;
}

export const databaseRules: readonly CommandRule[] = [
  {
    id: 'shell.database-dropped',
    type,
    severity: 'high',
    sees: 'a database, schema or table dropped or emptied by a client program',
    programs: ['dropdb', 'dropuser', 'mysqladmin', 'mariadb-admin', 'mysql', 'mariadb', 'psql', 'sqlite3', 'sqlcmd', 'sqlplus', 'cqlsh', 'clickhouse-client', 'clickhouse', 'influx', 'duckdb', 'cockroach', 'usql', 'pgcli', 'mycli', 'isql', 'impala-shell', 'beeline', 'hive', 'trino', 'snowsql', 'cypher-shell', 'mycli'],
    literals: ['dropdb', 'dropuser', 'mysqladmin', 'mariadb-admin', 'drop ', 'truncate', 'delete from'],
    positive: bash('psql -h db.internal -c "DROP SCHEMA public CASCADE"'),
    nearMiss: bash('dropdb --if-exists app_test && psql -c "DELETE FROM sessions WHERE expires_at < now()"'),
    holds: (command, words) => {
      if (command.name === 'dropdb' || command.name === 'dropuser') return !DISPOSABLE.test(operandsOf(words).at(-1) ?? 'test');
      if (/admin$/.test(command.name)) return words.some((word, index) => word === 'drop' && !DISPOSABLE.test(words[index + 1] ?? ''));
      const text = told(command);
      if (/^sqlite/.test(command.name) && DISPOSABLE.test(operandsOf(words)[0]?.split('/').at(-1)?.replace(/\.\w+$/, '') ?? '')) return false;
      const match = DESTROYING.exec(text);
      const object = match ? (/^[\s\w]*?(?:if\s+exists\s+)?["'`]?([\w.-]+)["'`]?\s*(?:;|cascade|$|")/i.exec(text.slice(match.index + match[0].length).slice(0, 80))?.[1] ?? '') : '';
      return match !== null && !DISPOSABLE.test(object);
    },
  },
  {
    id: 'shell.store-emptied',
    type,
    severity: 'high',
    sees: 'a document, key-value or message store emptied',
    programs: ['mongo', 'mongosh', 'redis-cli', 'valkey-cli', 'keydb-cli', 'rabbitmqctl', 'kafka-topics', 'kafka-topics.sh', 'nats', 'curl', 'http', 'wget', 'nc', 'wp', 'drush', 'rails', 'rake', 'php', 'artisan', 'cassandra', 'nodetool', 'memcached', 'telnet', 'influx', 'neo4j-admin', 'couchbase-cli', 'gitlab-rake', 'bundle'],
    literals: ['mongo', 'redis-cli', 'valkey-cli', 'keydb-cli', 'flushall', 'flushdb', 'flush_all', 'rabbitmqctl', 'kafka-topics', 'nats stream', '-xdelete', '-x delete', 'delete http', '--request delete', '--request=delete', 'db reset', 'sql-drop', 'db:drop', 'db:reset', 'db:wipe', 'migrate:fresh', 'couchbase-cli'],
    positive: bash('redis-cli -h cache.internal FLUSHALL'),
    nearMiss: bash('redis-cli -h cache.internal DEL session:42; curl -X DELETE https://api.example.com/v1/carts/7; mongosh --eval "db.users.countDocuments()"'),
    holds: (command, words) => {
      const text = told(command);
      switch (command.name) {
        case 'mongo':
        case 'mongosh':
          return MONGO.test(text);
        case 'redis-cli':
        case 'valkey-cli':
        case 'keydb-cli':
          return /\b(?:flushall|flushdb)\b|redis\.call\(['"](?:del|unlink)['"]|\bshutdown\s+nosave\b|\bdebug\s+segfault\b|\bconfig\s+set\s+save\s+""/i.test(text) || /\bdel\b/i.test(text) && command.wrappers.includes('xargs');
        case 'rabbitmqctl':
          return /\b(?:force_reset|reset|delete_vhost|purge_queue|delete_queue)\b/.test(text);
        case 'kafka-topics':
        case 'kafka-topics.sh':
          return words.includes('--delete') && !words.some((word, index) => words[index - 1] === '--topic' && DISPOSABLE.test(word));
        case 'nats':
          return /^stream (?:rm|delete|del|purge)\b.*(?:^| )(?:-f|--force)\b/.test(text);
        case 'curl':
        case 'http':
        case 'wget':
          return /(?:-X\s?|--request[ =]|--method[ =]|^)DELETE\b/i.test(text) && /:9200\/(?:_all|\*|_data_stream\/\*)|\/_all\b(?:\?|$| )|:2375\/|:8500\/v1\/kv\/?\?recurse|\/\*(?: |$)/.test(text);
        case 'nc':
        case 'telnet':
          return /\b(?:flush_all|flushall|flushdb)\b/i.test(text);
        case 'wp':
          return /^db (?:reset|drop|clean)\b/.test(text) && words.includes('--yes');
        case 'drush':
          return /\bsql[-:]drop\b/.test(text) && /(?:^| )(?:-y|--yes)\b/.test(text);
        case 'php':
        case 'artisan':
          return /\b(?:db:wipe|migrate:(?:fresh|reset))\b/.test(text) && /--force\b/.test(text);
        case 'rails':
        case 'rake':
        case 'bundle':
          return /\bdb:(?:drop|reset|purge)\b/.test(text) && (command.assignments.some((word) => /^(?:DISABLE_DATABASE_ENVIRONMENT_CHECK=1|RAILS_ENV=production)$/.test(word.text)) || /RAILS_ENV=production|DISABLE_DATABASE_ENVIRONMENT_CHECK=1/.test(text));
        case 'couchbase-cli':
          return /^bucket-(?:delete|flush)/.test(text);
        default:
          return false;
      }
    },
  },
];

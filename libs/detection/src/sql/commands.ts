import type { Rule, View } from '../rule.ts';
import type { Command, Word } from '../shell/command.ts';
import { scriptOf } from '../shell/parse-script.ts';
import { documentStore } from './document-store.ts';
import { effect } from './effect-rules.ts';
import { tellEffects } from './effects.ts';
import { tokenise } from './tokenise.ts';

/** Programs that run the SQL they are given. */
const CLIENTS = new Set([
  'psql', 'pgcli', 'mysql', 'mycli', 'mariadb', 'sqlite', 'sqlite3', 'litecli', 'sqlcmd', 'osql', 'isql', 'tsql', 'bcp', 'sqlplus', 'sqlcl', 'bq', 'clickhouse', 'clickhouse-client', 'cockroach', 'cqlsh', 'duckdb', 'snowsql', 'snow', 'usql', 'db2', 'hive', 'beeline',
  'impala-shell', 'presto', 'trino', 'vsql', 'spark-sql', 'influx', 'turso', 'wrangler', 'wp', 'aws', 'gcloud', 'rails', 'prisma', 'supabase', 'dbt', 'mssql-cli', 'ysqlsh', 'tarantool', 'surreal', 'rqlite',
]);
const MONGO = new Set(['mongo', 'mongosh']);
const PASSING = /(?:^|[-_])(?:te?mp|test|tests|testing|dev|development|staging|scratch|sandbox|demo|example|ci|local|bak|old)(?:[-_]|\d|$)/i;
const STATEMENT = /\b(?:drop|truncate|delete|update|alter|create|grant|copy|shutdown|exec(?:ute)?|load_file|outfile|dumpfile|pg_read_file|lo_import|lo_export|load_extension|load\s+data|xp_\w+|sp_\w+|utl_\w+|mysql\s*\.\s*user|pg_shadow|pg_authid|dblink|set|insert|reset|purge|attach)\b/i;
const MAX_SQL = 65_536;

/** Words that a command must hold to be worth parsing. */
export const COMMAND_LITERALS = [
  'psql', 'pgcli', 'mysql', 'mariadb', 'sqlite', 'sqlcmd', 'osql', 'sqlplus', 'bq query', 'clickhouse', 'cockroach sql', 'cqlsh', 'duckdb', 'snowsql', 'snow sql', 'usql', 'db2 ', 'hive ', 'beeline', 'impala-shell', 'trino ', 'presto ', 'vsql', 'spark-sql', 'influx ', 'wp db', 'd1 execute',
  'execute-statement', 'mongo', 'dropdb', 'dropuser', 'redis-cli', 'valkey-cli', 'flushall', 'flushdb', 'db:drop', 'db:wipe', 'migrate:fresh', 'db:reset', 'keydb-cli', 'etcdctl', ':9200/',
];

/** Reads what commands give to clients of databases. */
export function analyseCommands(view: View): void {
  const told = new Set<Rule>();
  const tell = (rule: Rule, start: number, end: number): void => {
    if (told.has(rule)) return;
    told.add(rule);
    view.report(rule, start, Math.max(end, start + 1));
  };
  for (const command of scriptOf(view).commands) {
    view.budget.spend(1);
    if (CLIENTS.has(command.name)) for (const sql of statementsOf(command)) tellStatements(view, sql, tell);
    if (MONGO.has(command.name)) for (const sql of textsOf(command)) if (documentStore.test(sql.text.slice(0, MAX_SQL))) tell(effect.documentDrop, sql.start, sql.end);
    tellClient(command, tell);
  }
}

function tellStatements({ budget, place }: View, sql: Word, tell: (rule: Rule, start: number, end: number) => void): void {
  const text = sql.text.slice(0, MAX_SQL);
  budget.spend(4 * text.length);
  if (!STATEMENT.test(text)) return;
  const { tokens } = tokenise(text);
  tellEffects(tokens, place.file === '' ? 'run' : 'script', (rule) => {
    const scoped = rule === effect.grantAll && /\bgrant\s+all\b/i.test(text) && !/\*\s*\.\s*\*|grant\s+option/i.test(text);
    tell(scoped ? effect.grantScoped : rule, sql.start, sql.end);
  });
}

/** Arguments with more than one word, what is piped in, and here-documents. */
function statementsOf(command: Command): Word[] {
  return textsOf(command).filter(({ text }) => /\s/.test(text));
}

function textsOf(command: Command): Word[] {
  const piped = command.pipedFrom;
  const words = [...command.args.map(withoutOption), ...(command.input ? [command.input] : [])];
  if (piped && ['echo', 'printf', 'cat'].includes(piped.name)) words.push(...piped.args, ...(piped.input ? [piped.input] : []));
  return words;
}

/** `--command=DROP …` and `-eDROP …` without the option. */
function withoutOption(word: Word): Word {
  const option = /^--?[a-z][a-z-]*=|^-[ceqQ](?=[A-Za-z]+\s)/.exec(word.text)?.[0];
  return option === undefined ? word : { ...word, text: word.text.slice(option.length) };
}

/** Commands that drop or empty databases by themselves. */
function tellClient(command: Command, tell: (rule: Rule, start: number, end: number) => void): void {
  const { name, args, start, end } = command;
  const words = args.map(({ text }) => text.toLowerCase());
  const last = words.at(-1) ?? '';
  if (name === 'mysqladmin' || name === 'mariadb-admin') {
    const drop = words.indexOf('drop');
    if (drop >= 0 && !PASSING.test(words[drop + 1] ?? '')) tell(effect.clientDrop, start, end);
  } else if (name === 'dropdb') {
    if (words.some((word) => !word.startsWith('-')) && !PASSING.test(words.findLast((word) => !word.startsWith('-')) ?? '')) tell(effect.clientDrop, start, end);
  } else if (name === 'dropuser') {
    if (words.length > 0 && last !== '--help') tell(effect.dropPrincipal, start, end);
  } else if (['redis-cli', 'valkey-cli', 'keydb-cli'].includes(name)) {
    if (words.some((word) => /^flush(?:all|db)$/.test(word)) || (command.pipedFrom && command.pipedFrom.args.some(({ text }) => /\bflush(?:all|db)\b/i.test(text)))) tell(effect.documentDrop, start, end);
  } else if (name === 'etcdctl') {
    if (words.includes('del') && words.some((word) => word === '--prefix' || word === '--from-key') && words.some((word) => word === '' || word === '/')) tell(effect.documentDrop, start, end);
  } else if (['rails', 'rake', 'artisan', 'php', 'bundle'].includes(name)) {
    const production = command.assignments.some(({ text }) => /production/.test(text)) || words.some((word) => /production|--force/.test(word)) || command.wrappers.includes('env');
    if (production && words.some((word) => /^db:(?:drop|reset|wipe|purge)(?::all)?$|^migrate:(?:fresh|reset)$/.test(word))) tell(effect.clientDrop, start, end);
  } else if (name === 'curl' || name === 'http') {
    const deletes = words.some((word, index) => word === 'delete' || word === '-xdelete' || (word === '-x' && words[index + 1] === 'delete'));
    if (deletes && words.some((word) => /:9200\/(?:_all|\*|[a-z0-9._-]*\*)\/?(?:\?|$)/.test(word))) tell(effect.documentDrop, start, end);
  }
}

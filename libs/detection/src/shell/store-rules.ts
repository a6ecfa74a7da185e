import type { PatternRule, View } from '../rule.ts';
import { words } from '../tool-reading.ts';

const type = 'destructive_command';
const STORE_TOOL = /(?:^|_)(?:redis|valkey|keydb|memcached?|cache|mongo(?:db|sh)?|documentdb|cosmos\w*|couch\w*|kv|nosql|document_store)(?:_|$)/;
const SEARCH_TOOL = /(?:^|_)(?:elastic\w*|opensearch|es|search_index|http|https|api|rest|request|curl|fetch|call|delete|purge|drop)(?:_|$)/;
const LOOKS = /(?:^|_)(?:get|read|list|describe|search|find|head)(?:_|$)/;
const named = (tool: RegExp) => (_: unknown, { place }: View) => place.file === '' && tool.test(words(place.tool));

/** Stores emptied through tools of their own, which take no shell's command. */
export const storeRules: readonly PatternRule[] = [
  {
    id: 'shell.store-command-empties',
    type,
    severity: 'high',
    sees: 'a command of a key-value or document store that empties it, given to a tool for that store',
    positive: { tool: 'redis_command', arguments: { args: ['FLUSHALL', 'ASYNC'] } },
    nearMiss: { tool: 'redis_command', arguments: { args: ['DEL', 'session:flushall'] } },
    source: 'MITRE ATT&CK T1485',
    roles: ['shell', 'code', 'value', 'sql', 'prose'],
    literals: ['flushall', 'flushdb', 'flush_all', 'dropdatabase', '.drop()', 'deletemany({})', 'deletemany( {', '.remove({})', 'shutdown nosave', 'dropallusers'],
    pattern: /^\s*\(?["']?(?:flushall|flushdb|flush_all|shutdown\s+nosave)\b|["'\s;(](?:flushall|flushdb)["'\s);]|\.\s*(?:dropDatabase|dropAllUsers|dropAllRoles)\s*\(|\bdropDatabase["']?\s*:\s*(?:1|true)|^\s*dropDatabase\s*$|\.\s*drop\(\s*\)|\.\s*(?:deleteMany|remove)\s*\(\s*\{\s*\}\s*[,)]/i,
    accepts: named(STORE_TOOL),
  },
  {
    id: 'shell.every-index-addressed',
    type,
    severity: 'high',
    sees: 'every index of a search cluster as the whole address of a call that may delete it',
    positive: { tool: 'http_request', arguments: { method: 'DELETE', url: 'http://es.example.com:9200/_all' } },
    nearMiss: { tool: 'http_request', arguments: { method: 'GET', url: 'http://es.example.com:9200/_all/_settings' } },
    source: 'MITRE ATT&CK T1485',
    roles: ['url', 'path', 'value'],
    literals: ['/_all', ':9200/*', '/_data_stream/*', '/*,-'],
    pattern: /(?::9200|elastic[\w.-]{0,80}|opensearch[\w.-]{0,80}|\bes[\w.-]{0,80}(?::\d+)?|^)\/(?:_all|\*|\*,-\.?\*|_data_stream\/\*)(?:\/_delete_by_query)?\/?(?:\?[^\s]{0,80})?$/i,
    accepts: (match, view) => named(SEARCH_TOOL)(match, view) && !LOOKS.test(words(view.place.tool)),
  },
];

/** A graph emptied: every node matched, and no label or condition that says which. */
export const graphEmptied: PatternRule = {
  id: 'shell.graph-emptied',
  type,
  severity: 'high',
  sees: 'every node of a graph database deleted by a statement without a label or condition',
  positive: { tool: 'neo4j_query', arguments: { cypher: 'MATCH (n) DETACH DELETE n' } },
  nearMiss: { tool: 'neo4j_query', arguments: { cypher: "MATCH (n:Draft {state: 'void'}) DETACH DELETE n" } },
  source: 'MITRE ATT&CK T1485',
  roles: ['shell', 'code', 'value', 'sql', 'prose'],
  literals: ['detach delete', 'delete n', '.drop().iterate', 'apoc.periodic'],
  pattern: /\bmatch\s*\(\s*(\w{0,20})\s*\)\s*(?:optional\s+match\s*\(\s*\w{0,20}\s*\)\s*-\s*\[\s*\w{0,20}\s*\]\s*-\s*\(\s*\)\s*)?(?:with\s+\1\s+(?:limit\s+\d+\s+)?)?(?:detach\s+)?delete\s+\1\b|\bg\.V\(\)\.drop\(\)/i,
  before: 160,
  after: 80,
  accepts: (_, { place }) => place.file === '' && (place.role !== 'prose' || /cypher|neo4j|graph|memgraph/.test(words(place.tool))),
};

/** Text processors whose own language starts programs, where a value is taken for their program. */
export const processorRules: readonly PatternRule[] = [
  {
    id: 'shell.awk-runs',
    type: 'shell_injection',
    severity: 'high',
    sees: 'an awk or sed program that starts a command, in a field for an expression or a value',
    positive: { tool: 'column_sum', arguments: { file: 'sales.csv', expression: 'BEGIN{system("id")}' } },
    nearMiss: { tool: 'column_sum', arguments: { file: 'sales.csv', expression: 'NR > 1 { sum += $3 } END { print sum }' } },
    source: 'https://gtfobins.github.io/gtfobins/awk/',
    roles: ['value', 'code', 'path', 'address', 'host'],
    literals: ['{system(', '{ system(', '|getline', '| getline', '1e exec'],
    pattern: /(?:\b(?:BEGIN|END)|\/|[)\d]|^)\s*\{[^{}\n]{0,120}?(?:\bsystem\s*\(\s*["$]|["']\s*\|\s*getline)|^\d*e\s+exec\s/,
    accepts: (_, { place, text }) => place.file === '' && text.length < 600,
  },
];

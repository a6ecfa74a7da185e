import type { Analyser, PatternRule, View } from '../rule.ts';

const VALUES = ['value', 'path', 'url', 'host', 'secret', 'address', 'prose'] as const;
const MAX_PROSE = 400;
/** Tools and fields whose very words these operators are. */
const TAKES_DOCUMENTS = /mongo|db|database|aggregat|collection|elastic|firestore|couch/i;
const TAKES_FILTERS = /filter|pipeline|match|selector|projection|ldap/;

/** Queries of other languages that values carry: documents, directories, XML, graphs. */
const foreignRules: readonly PatternRule[] = [
  {
    id: 'sql.nosql-operator',
    type: 'sql_injection',
    severity: 'high',
    sees: 'an operator of a document database in a value or a field name, such as {"$ne": ""} or name[$gt]',
    positive: { tool: 'login_user', arguments: { username: '{"$ne": ""}', region: 'eu' } },
    nearMiss: { tool: 'search_products', arguments: { query: 'gift cards {from $5} and $necklaces' } },
    source: 'OWASP WSTG-INPV-05.6',
    roles: [...VALUES, 'code'],
    literals: ['$ne', '$gt', '$gte', '$lt', '$lte', '$nin', '$in"', '$in]', '$in%', "$in'", '$where', '$regex', '$exists', '$or', '$and', '$nor', '$not', '$eq', '$func', '$expr', '$comment', '$elemmatch', '$lookup'],
    pattern: /(?:^|["'[{,\s%])\s*\$(?:comment|ne|n?in|[gl]te?|eq|where|regex|exists|n?or|and|not|expr|func|elemMatch|lookup)(?:["'\]]|%5d)?\s*[\]:=}]|\[\s*\$(?:ne|n?in|[gl]te?|eq|where|regex|exists|n?or|and|not)\s*\]|%5b\$(?:ne|n?in|[gl]te?|eq|where|regex|exists|n?or)%5d/i,
    // What is sent to a path of an interface is a body, not a file.
    accepts: (_, { text, place }) => (place.role !== 'code' || (/^\/[\w/-]{1,80}$/.test(place.file) && /^\s*\{/.test(text) && text.length <= MAX_PROSE)) && !TAKES_DOCUMENTS.test(place.tool) && !TAKES_FILTERS.test(place.field) && (place.role !== 'prose' || (text.length <= MAX_PROSE && /^[\s'"{[(,]/.test(text))),
  },
  {
    id: 'sql.nosql-script',
    type: 'sql_injection',
    severity: 'high',
    sees: "JavaScript for a document database's $where in a value: a quote followed by return, this.x or an endless loop",
    positive: { tool: 'get_customer', arguments: { customer_id: "1'; return true; var a='" } },
    nearMiss: { tool: 'search_products', arguments: { query: "men's; return true size, this.year's models" } },
    source: 'OWASP WSTG-INPV-05.6',
    roles: VALUES,
    literals: ['return ', 'this.', 'while(', 'while (', 'new date', 'tojson', 'db.', 'sleep(', '==', '!=', 'emit('],
    pattern:
      /^[^'"\n;]{0,40};\s*return\s*(?:true|false|1|0|\(|this\.|['"])|['"]\s*[;)}]{1,4}\s*(?:return\b|var\s|while\s*\(|if\s*\(|db\.|this\.|emit\()|['"]\s*(?:&&|\|\|)\s*(?:this\.\w{1,40}|['"\d]\w{0,20}['"]?\s*={2,3}|\w{1,20}\s*[!=]={1,2}\s*['"\d]?)|\bthis\.\w{1,40}\s*(?:\.match\(|[!=]={1,2}|\[)|;\s*while\s*\(\s*(?:1|true)\s*\)|\b(?:do|while)\s*[{(][^\n]{0,60}new\s+Date|\bdb\.(?:\w{1,40}\.)?(?:insert|drop|dropDatabase|find|remove|getCollectionNames|getName|update|eval)\s*\(|^\s*(?:\|\||&&)\s*(?:\d{1,6}|\w{1,20}|['"]\w{0,20}['"])\s*={2,3}/i,
    accepts: ({ 0: match }, { text, place }) => text.length <= MAX_PROSE && (place.role !== 'prose' || /^\s*[^\s]{0,40}['"]\s*[;)}&|]/.test(text)) && !/^this\.\w+\s*$/.test(match),
  },
  {
    id: 'sql.script-delay',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a quote followed by a script that waits in a loop, so that timing gives answers away',
    positive: { tool: 'list_orders', arguments: { sort: "x' (function(){var d=new Date();do{c=new Date();}while(c-d<9000);}()) '" } },
    nearMiss: { tool: 'search_products', arguments: { query: "kid's clock with new date function (while stocks last)" } },
    roles: VALUES,
    literals: ['new date(', 'time.sleep(', 'date.now('],
    pattern: /['"][^\n]{0,200}(?:while\s*\([^()\n]{0,40}(?:-|new Date|Date\.now)|(?:eval|exec)\s*\(\s*compile\s*\([^\n]{0,120}time\.sleep\()/i,
    accepts: (_, { place }) => place.role !== 'prose',
  },
  {
    id: 'sql.directory-filter',
    type: 'sql_injection',
    severity: 'high',
    sees: 'brackets and wildcards that change the filter of an LDAP search, as in *)(uid=*))(|(uid=*',
    positive: { tool: 'login_user', arguments: { username: 'admin)(|(password=*))', region: 'eu' } },
    nearMiss: { tool: 'search_products', arguments: { query: 'lamps (brass)(large) & (oak)' } },
    source: 'OWASP WSTG-INPV-06',
    roles: VALUES,
    literals: [')(', '*)', '()|', '(&', '(|', '(!', ') ('],
    pattern: /\*?\)\s?\(\s?[&|!]\s?(?:\(|\)|[\w-]{1,40}\s?[~<>]?=|$)|\*\)\s?\(\s?[\w-]{1,40}\s?[~<>]?=|^[\w*.@-]{0,40}\)\s?\([\w-]{1,40}[~<>]?=|^[^()\n]{0,40}\)\s?\(\s?[&|!]?\s?\)|\(\s?[&|]\s?\(\s?!?\(?\s?[\w-]{1,40}[~<>]?=[^()\n]{0,60}\)\s?[()]|^\*\(\)\||^[\w*]{0,20}\*\){2,6}(?:%00|\0|\(|$)|^[\w]{1,20}\*\)\s?\(|\*\)\)?(?:%00|\0)/i,
    accepts: (match, view, at) => !TAKES_FILTERS.test(view.place.field) && !(/ldap|directory/i.test(view.place.tool) && /^\s*\([^]*\)\s*$/.test(view.text)) && isFilterBreak(view.text, at + match[0].length, view.place.role === 'prose'),
  },
  {
    id: 'sql.xpath',
    type: 'sql_injection',
    severity: 'high',
    sees: "a quote that leaves an XPath expression, or a path over all of a document: ' or count(//*)>0, '] | //user",
    positive: { tool: 'login_user', arguments: { username: "x' or count(/*)=1 or 'a'='b", region: 'eu' } },
    nearMiss: { tool: 'search_products', arguments: { query: "dad's count // how many / or so" } },
    source: 'OWASP WSTG-INPV-09',
    roles: VALUES,
    literals: ['count(', 'name(', 'position()', 'text()', 'string-length(', '//*', ']|', '] |', 'node()', 'parent::', 'child::', 'substring(//', 'comment()', 'doc(', 'codepoint', "//user", "//password", '/*[1]'],
    pattern:
      /['"]\s?\]?\s{0,4}(?:\||or\b|and\b)\s{0,4}[^\n]{0,60}?(?:count\(\s?(?:\/|parent::|child::|\.)|(?:local-)?name\(|position\(\)|string-length\(|node\(\)|text\(\)|comment\(\)|doc\(|\/\/\*|\/\*\[|\/\/\w+)|['"]\s?\]\s?\|\s?\/{1,2}[\w*]{1,40}|\b(?:substring|count|string-length|name|starts-with|contains)\(\s{0,3}\/{1,2}[\w*][^\n]{0,80}\)\s{0,3}(?:=|>|<|,)|\/child::|\/parent::|codepoints-to-string\(/i,
    accepts: (_, { text, place }) => place.role !== 'prose' || (text.length <= MAX_PROSE && /^[^\s]{0,40}['"]/.test(text)),
  },
  {
    id: 'sql.graph-query',
    type: 'sql_injection',
    severity: 'high',
    sees: 'Cypher that a value adds to a graph query: a quote followed by MATCH, RETURN, LOAD CSV or DETACH DELETE',
    positive: { tool: 'get_customer', arguments: { customer_id: "x'}) MATCH (n) DETACH DELETE n //" } },
    nearMiss: { tool: 'search_products', arguments: { query: "men's match (n) detach and delete" } },
    roles: VALUES,
    literals: ['detach delete', 'load csv', 'return n', 'match (', 'match(', 'call db.', 'call dbms.', 'call apoc.'],
    pattern: /['"]\s{0,4}[)}\]]{1,4}[^\n]{0,60}?\b(?:MATCH\s?\(|RETURN\s|DETACH\s|CALL\s|LOAD\s{1,3}CSV|WITH\s|UNION\s)|['"][^\n]{0,80}\bLOAD\s{1,3}CSV\s{1,3}(?:WITH\s|FROM\s)|['"][^\n]{0,60}\bDETACH\s{1,3}DELETE\b\s{0,3}\w{0,10}\s{0,3}(?:\/\/|$|;)|['"][^\n]{0,40}\bCALL\s{1,3}(?:db|dbms|apoc)\.\w|['"]\s{1,4}OR\s[^\n]{1,40}\sRETURN\s{1,3}\w{1,20}\s{0,3}\/\//i,
  },
  {
    id: 'sql.directory-password-filter',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a directory search whose filter asks about passwords, character by character or for all who have one',
    positive: { tool: 'ldap_search', arguments: { filter: '(&(uid=*)(|(userPassword=*)))' } },
    nearMiss: { tool: 'ldap_search', arguments: { filter: '(&(objectClass=person)(uid=kim))', attributes: ['cn', 'pwdLastSet'] } },
    source: 'OWASP WSTG-INPV-06',
    roles: [...VALUES, 'code', 'shell'],
    literals: ['userpassword=', 'unicodepwd=', 'sambantpassword=', '(password='],
    pattern: /\(\s?(?:userPassword|unicodePwd|sambaNTPassword|password)\s?[~<>]?=[^()\n]{0,40}\*/i,
    accepts: (_, { place }) => place.file === '',
  },
  {
    id: 'sql.script-in-where',
    type: 'sql_injection',
    severity: 'high',
    sees: "JavaScript in a document database's $where that always holds, waits or reads passwords",
    positive: { tool: 'search_users', arguments: { filter: '{"$where": "sleep(3000)"}' } },
    nearMiss: { tool: 'search_users', arguments: { filter: '{"$where": "this.total > this.limit"}' } },
    source: 'OWASP WSTG-INPV-05.6',
    roles: [...VALUES, 'code'],
    literals: ['$where'],
    pattern: /\$where["']?\s?[:=]\s?["'\x60]?[^"'\x60\n]{0,80}?(?:sleep\s?\(|return\s(?:true|1)\b|while\s?\(|this\.pass|\b1\s?={2,3}\s?1\b|function\s?\(\)\s?\{\s?return\s(?:true|1))/i,
    accepts: (_, { place }) => place.file === '' || !/\.\w{1,5}$/.test(place.file),
  },
  {
    id: 'sql.lookup-of-password',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a lookup of an object mapper or document database that tests a password piece by piece or for any value',
    positive: { tool: 'list_users', arguments: { filters: { user__password__startswith: 'pbkdf2' } } },
    nearMiss: { tool: 'list_users', arguments: { filters: { user__profile__name__startswith: 'kim' } } },
    source: 'OWASP WSTG-INPV-05.7',
    roles: VALUES,
    literals: ['password__', 'passwd__', 'pwd__', 'password_start', 'password_cont'],
    pattern: /^\w{0,60}(?:password|passwd|pwd)_{1,2}(?:i?regex|i?starts_?with|i?ends_?with|i?contains|gte?|lte?|not_eq|matches|cont|start)$/i,
  },
  {
    id: 'sql.backquote-break',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a backquote that closes the name of a column and goes on as SQL',
    positive: { tool: 'list_orders', arguments: { sort: 'total`,sleep(5)#' } },
    nearMiss: { tool: 'search_docs', arguments: { name: 'the `name`, `id` or `total` columns' } },
    source: 'OWASP WSTG-INPV-05',
    roles: VALUES,
    literals: ['`,', '`)', '` or ', '`or', '` and ', '`and', '` union', '`union', '`;', '`--', '`#', '` --', '` #', '`=`'],
    pattern: /^[^`\s]{0,40}`\){0,3}\s?(?:,\s?\(?(?:sleep|benchmark|extractvalue|updatexml|if|select)\s?\(?|\|{0,2}(?:or|and|xor)\s?[`'"(\d]|union\s|;\s?(?:drop|select|insert|update|delete|waitfor)\s|=`|\s?(?:--|#)\s?-?$)/i,
  },
  {
    id: 'sql.keyword-taken-apart',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a keyword of SQL taken apart by comments, as only those do who hide it',
    positive: { tool: 'get_customer', arguments: { customer_id: '-1 un/**/ion se/**/lect 1,2' } },
    nearMiss: { tool: 'get_customer', arguments: { customer_id: 'glob src/**/on*.ts or lib/**/index' } },
    source: 'OWASP WSTG-INPV-05',
    roles: VALUES,
    literals: ['/**/'],
    pattern: /\b(?:u\/\*\*\/nion|un\/\*\*\/ion|uni\/\*\*\/on|unio\/\*\*\/n|s\/\*\*\/elect|se\/\*\*\/lect|sel\/\*\*\/ect|sele\/\*\*\/ct|selec\/\*\*\/t|sl\/\*\*\/eep|sle\/\*\*\/ep|dr\/\*\*\/op|ins\/\*\*\/ert|upd\/\*\*\/ate|del\/\*\*\/ete|wai\/\*\*\/tfor|inform\/\*\*\/ation_schema|o\/\*\*\/r|a\/\*\*\/nd|an\/\*\*\/d|wh\/\*\*\/ere|fr\/\*\*\/om)\b/i,
    accepts: (_, { text, place }) => place.role !== 'prose' || text.length <= MAX_PROSE,
  },
  {
    id: 'sql.added-assignment',
    type: 'sql_injection',
    severity: 'high',
    sees: "a quote, a further column that is set, and a comment mark that cuts off the rest: x', role='owner' WHERE id=7 --",
    positive: { tool: 'set_nickname', arguments: { nick: "kim', role='owner' WHERE id=7 -- " } },
    nearMiss: { tool: 'set_nickname', arguments: { nick: "the 'quiet', mode = 'on' -- maybe" } },
    source: 'OWASP WSTG-INPV-05',
    roles: VALUES,
    literals: ["',", "' ,", '",'],
    pattern: /^[^'"\n]{0,60}(['"])\){0,2}\s?,\s{0,3}[\w.`[\]]{2,40}\s?=\s?(?:'[^'\n]{0,60}'?|"[^"\n]{0,60}"?|\d{1,12}|true|false|null|\(\s?select\b[^\n]{0,80}\)|\w{1,30}\([^()\n]{0,60}\))(?:\s?,[^\n#]{0,80}?)?(?:\s{1,3}where\s[^\n]{1,80}?)?\s{0,3}(?:--(?:\s|-|$)|#|;|\/\*)/i,
  },
  {
    id: 'sql.wait-for-delay',
    type: 'sql_injection',
    severity: 'high',
    sees: 'WAITFOR DELAY behind what it closes, whatever stands below it',
    positive: { tool: 'get_customer', arguments: { customer_id: ");waitfor delay '0:0:7'--\n1" } },
    nearMiss: { tool: 'search_docs', arguments: { query: "is WAITFOR DELAY '00:00:05' or a job better" } },
    source: 'OWASP WSTG-INPV-05',
    roles: VALUES,
    literals: ['waitfor delay', 'waitfor+delay', 'waitfor time'],
    pattern: /(?:^|[;)'"\]])\s{0,3}waitfor[\s+]{1,3}(?:delay|time)[\s+]{0,3}['"]?\d{1,2}:\d/i,
    accepts: (_, { text, place }) => place.role !== 'prose' || text.length <= MAX_PROSE,
  },
  {
    id: 'sql.store-command-line',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a line break and a command of a key-value store in a key or value',
    positive: { tool: 'redis_get', arguments: { key: 'session:1\r\nCONFIG SET dir /srv/www\r\n' } },
    nearMiss: { tool: 'create_note', arguments: { body: 'Shopping\r\nSet the table\r\nGet bread' } },
    source: 'CWE-93; SMTP, memcached and Redis injection',
    roles: ['value', 'path', 'secret'],
    literals: ['\nconfig set', '\nflushall', '\nflushdb', '\nslaveof', '\nreplicaof', '\neval ', '\nset ', '\ndelete ', '\nmodule load', '\nsave', '\nrcpt to', '\nmail from', '\nbcc:', '\ncc:', '\nauth '],
    pattern: /^[^\n]{0,200}\r?\n(?:CONFIG\s+SET\s|FLUSH(?:ALL|DB)\b|(?:SLAVEOF|REPLICAOF)\s|EVAL\s+["']|MODULE\s+LOAD\s|set\s+\S+\s+\d+\s+\d+\s+\d+|delete\s+\S+\s*\r?$|SET\s+\S+\s+\S+\r?\n|RCPT\s+TO:|MAIL\s+FROM:|(?:Bcc|Cc):\s*\S+@)/i,
  },
  {
    id: 'sql.graph-interface-break',
    type: 'sql_injection',
    severity: 'high',
    sees: 'a quote that leaves an argument of a GraphQL query and asks for its schema or further fields',
    positive: { tool: 'get_customer', arguments: { customer_id: '1") { id } __schema { types { name } } #' } },
    nearMiss: { tool: 'search_docs', arguments: { query: 'how does __schema { types } introspection work' } },
    source: 'OWASP WSTG-APIT-01',
    roles: VALUES,
    literals: ['__schema', '__type', '") {', '"){'],
    pattern: /^[^"\n]{0,80}["']\s?\)\s?\{[^\n]{0,120}?(?:__schema|__type|\}\s{0,3}\w{1,30}\s?[({:]|#\s{0,3}$)/i,
  },
];

/** Payloads of this kind are short. Longer texts are looked at around the first few literals only. */
const WHOLE = 600;
const MAX_WINDOWS = 6;

/** Runs each rule once on a short text, or a few times on a long one: what its expression may cost has a bound. */
export const foreignDetectors: readonly Analyser[] = foreignRules.map((rule) => ({ name: rule.id, rules: [rule], roles: rule.roles, literals: rule.literals, analyse: (view: View) => look(rule, view) }));

function look({ pattern, accepts, ...rule }: PatternRule, view: View): void {
  const { text, hits, budget } = view;
  const starts = text.length <= WHOLE ? [0] : hits.slice(0, MAX_WINDOWS).map((hit) => Math.max(0, hit - 80));
  for (const from of starts) {
    const window = text.slice(from, from + (text.length <= WHOLE ? WHOLE : 280));
    budget.spend(8 * window.length);
    const match = pattern.exec(window);
    if (!match || (accepts && !accepts(match, view, from + match.index))) continue;
    view.report(rule, from + match.index, from + match.index + Math.max(1, match[0].length));
    return;
  }
}

/** Whether a filter's pieces are all there is: prose has words around brackets. */
function isFilterBreak(text: string, end: number, prose: boolean): boolean {
  if (text.length > MAX_PROSE) return false;
  const words = text.match(/[A-Za-z]{2,}\s+[A-Za-z]{2,}/g)?.length ?? 0;
  return words === 0 || (!prose && words === 1 && end > text.length - 40 && text.includes('='));
}

import type { Example, Rule } from '../rule.ts';
import type { Severity } from '../threat.ts';

const search = (query: string): Example => ({ tool: 'search_products', arguments: { query, limit: 20 } });
const customer = (customer_id: string): Example => ({ tool: 'get_customer', arguments: { customer_id } });
const login = (username: string): Example => ({ tool: 'login_user', arguments: { username, region: 'eu' } });

const rule = (id: string, severity: Severity, sees: string, positive: Example, nearMiss: Example, source?: string): Rule => ({ id: `sql.${id}`, type: 'sql_injection', severity, sees, positive, nearMiss, ...(source && { source }) });

const WSTG = 'OWASP WSTG-INPV-05';

/** SQL that a value carries into somebody else's statement. */
export const injection = {
  union: rule('union-select', 'high', 'a UNION SELECT that a value adds to a query', customer('17 union all select 1, email, password from accounts'), search('union select committee report'), WSTG),
  tautologyNumber: rule('tautology-number', 'high', 'a condition over numbers that always holds or never does, added to a query', customer('17 or 5=5'), search('7 and a half by 5 = small'), WSTG),
  tautologyString: rule('tautology-string', 'high', "a condition over literals that a value breaks out of its quotes for, as in ' or 'a'='a", login("lena' or 'a'='a"), search('"cross stitch" or "tree skirt"'), WSTG),
  tautologyColumn: rule('tautology-column', 'high', 'a condition that always holds, such as a column compared with itself, true, or not null', login("x') or (name=name"), search("rock 'n' roll or true country")),
  openCondition: rule('open-condition', 'high', 'a condition added after a value and left open for the rest of the query to close', login("x' or role like '%"), { tool: 'list_orders', arguments: { filter: "status = 'open' and total > 5" } }),
  filterLike: rule('added-condition', 'medium', 'a condition behind a value; some search syntaxes look the same', customer('17 and total > 5'), { tool: 'list_orders', arguments: { filter: 'state = 3 and total > 5' } }),
  probe: rule('character-probe', 'high', 'a condition that asks for a value character by character or for properties of the database', customer("17' and ascii(substring(password,1,1))>64--"), search("what's in the substring(x) documentation and ascii tables"), WSTG),
  conditional: rule('conditional-probe', 'high', 'an IF or nested character function that answers one bit about the database', { tool: 'list_orders', arguments: { sort: 'if(ascii(substr(name,1,1))=97,id,total)' } }, search('if all else fails (call support)')),
  operatorBreak: rule('operator-after-quote', 'high', 'a quote followed by an operator that joins the rest of the query', login("lena'||'"), search('reclaimed wood" + "sign" + "rustic"')),
  commentCut: rule('comment-after-quote', 'high', "a quote and a comment mark that cut off the rest of a query, as in admin'--", login("admin'--"), search("soap 1 '# and foo bar'# blah"), WSTG),
  stacked: rule('stacked-statement', 'high', 'a second statement behind a value', customer("17'; insert into admins (name) values ('eve')--"), search('mugs; select a size; drop us a line'), WSTG),
  wholeStatement: rule('statement-in-value', 'high', 'a whole SQL statement where a plain value belongs', customer('select email, password from accounts'), search('select a union representative from the list')),
  spokenStatement: rule('statement-in-text', 'low', 'a whole SQL statement in a text field', { tool: 'web_search', arguments: { query: 'select name from users' } }, { tool: 'web_search', arguments: { query: 'select committee from parliament hearings' } }),
  subselect: rule('subquery-in-value', 'high', 'a subquery where a plain value belongs', customer('17-(select count(*) from accounts)'), search('toppings (select two from the list)'), WSTG),
  delay: rule('time-delay', 'high', 'a function that makes the database wait, so that timing gives answers away', customer('17 and sleep(5)'), search('how long does thread.sleep(5) last'), WSTG),
  errorTelling: rule('error-based', 'high', 'a function whose error message carries what the database knows', customer('extractvalue(1,concat(0x7e,version()))'), search('extractvalue and updatexml in the manual'), WSTG),
  assembly: rule('character-assembly', 'high', 'text put together from character codes or with values of the database, to pass filters', customer('char(65)+char(66)+char(67)'), search('char (5 pieces) + 2 forks')),
  systemValue: rule('system-value', 'high', 'a variable of the database server, such as @@version', customer('-1 or @@version'), search('@@ emoji stickers')),
  catalogue: rule('catalogue-read', 'high', "a read of the database's own catalogue or accounts", customer('x from information_schema.tables limit 1'), search('what is information_schema used for'), WSTG),
  orderProbe: rule('order-by-probe', 'high', 'an ORDER BY or LIMIT with numbers that finds out how many columns there are', customer("17' order by 9-- "), search('order by 5 pm, 12 limit'), WSTG),
  groupProbe: rule('group-having-probe', 'high', 'a GROUP BY or HAVING that finds out the columns of a query', customer('17 having 1=1'), search('group by 5 friends having fun = yes')),
  procedureAnalyse: rule('procedure-analyse', 'high', "MySQL's PROCEDURE ANALYSE added to a query", customer('17 procedure analyse(1,1)'), search('procedure analysis handbook')),
  outfile: rule('into-outfile', 'high', 'a query result written to a file of the database server', customer("17' into outfile '/srv/www/a.php'#"), search('put it into outfile folder 3')),
  reaching: rule('reaching-function', 'high', 'a database function that reads files, opens connections or runs programs, in a plain value', customer("load_file('/etc/hosts')"), search('load_file permission denied')),
  brokenLiteral: rule('literal-broken-out', 'high', 'a statement whose literal was broken out of: a condition over constants, or quotes that no longer pair', { tool: 'db_query', arguments: { sql: "SELECT id FROM users WHERE name = 'smith' OR '1'='1'" } }, { tool: 'db_query', arguments: { sql: "SELECT id FROM users WHERE 1=1 AND (name = 'smith' OR name = 'O''Brien')" } }),
  cutStatement: rule('statement-cut-off', 'high', 'a statement that ends in an empty comment mark, so that what was to follow is cut off', { tool: 'db_query', arguments: { sql: "SELECT id FROM users WHERE name = 'admin'-- ' AND password = 'x'" } }, { tool: 'db_query', arguments: { sql: 'SELECT id FROM users -- only active ones\nWHERE active' } }),
  unionMismatch: rule('union-mismatch', 'high', 'a UNION whose parts do not match, or that selects counted numbers or properties of the server', { tool: 'db_query', arguments: { sql: 'SELECT id, name FROM items WHERE id = -1 UNION SELECT 1,2,3,4' } }, { tool: 'db_query', arguments: { sql: "SELECT id, name FROM items UNION ALL SELECT 0, 'all'" } }),
  malformed: rule('malformed-comparison', 'high', 'a comparison whose value was replaced by something that no person writes there', { tool: 'db_query', arguments: { sql: 'SELECT id FROM items WHERE id = SELECT password FROM users' } }, { tool: 'db_query', arguments: { sql: 'SELECT id FROM items WHERE id = (SELECT max(id) FROM items)' } }),
  delayInStatement: rule('delay-in-condition', 'high', 'a statement with a delay or an error-telling function in its condition', { tool: 'db_query', arguments: { sql: 'SELECT id FROM items WHERE id = 1 AND SLEEP(5)' } }, { tool: 'db_query', arguments: { sql: "SELECT id FROM logs WHERE message LIKE '%sleep(5)%'" } }),
} as const satisfies Readonly<Record<string, Rule>>;

export const operatorObject: Rule = rule(
  'nosql-operator-object',
  'high',
  'an operator object of a document database where a login or key belongs',
  { tool: 'login_user', arguments: { username: { $ne: 'nobody' }, region: 'eu' } },
  { tool: 'mongo_find', arguments: { filter: { name: { $ne: 'nobody' } } } },
  'OWASP WSTG-INPV-05.6',
);

export const injectionRules: readonly Rule[] = [...Object.values(injection), operatorObject];

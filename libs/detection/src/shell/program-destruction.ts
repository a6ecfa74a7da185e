import { destroysAt } from '../calls/deleted-address.ts';
import type { PatternRule } from '../rule.ts';
import { isVital, targetOf } from './targets.ts';

const type = 'destructive_command';
const python = (code: string) => ({ tool: 'run_python', arguments: { code } }) as const;
const write = (path: string, content: string) => ({ tool: 'write_file', arguments: { path, content } }) as const;

/** Walks over the files of a folder, in the usual languages. */
const WALK = String.raw`(?:os\.walk|os\.scandir|rglob|glob\.i?glob|\bi?glob|readdir(?:Sync)?|readdirp|[wW]alk_?[dD]ir|filepath\.Walk|Find\.find|Dir\.glob|Files\.walk(?:FileTree)?|listFiles|EnumerateFiles|GetFiles|iterdir|os\.listdir|RecursiveDirectoryIterator|\bwalk)\s*\(`;
const REMOVE = String.raw`(?:os\.(?:remove|unlink|Remove)|\.unlink(?:Sync)?|\bunlink(?:Sync)?|fs\.rm(?:Sync)?|rmSync|File\.(?:delete|Delete)|Files\.delete(?:IfExists)?|shutil\.rmtree|remove_file|\.delete)\s*\(`;
const PICKS = /\.endswith|\.suffix|fnmatch|\.ext(?:name|ension)|st_mtime|getmtime|mtime|\.match\(|re\.(?:match|search)|\bnot in\b|startswith\(['"](?:tmp|\.)/;
const LITERALS_OF_WALKS = ['os.walk(', 'rglob(', 'glob(', 'readdir', 'walkdir', 'walk_dir', 'filepath.walk', 'find.find', 'files.walk', 'listfiles(', 'enumeratefiles(', 'getfiles(', 'recursivedirectoryiterator', 'walk(', 'os.listdir(', '.iterdir('];
const WITH_HOME = String.raw`(?:os\.path\.expanduser\(\s*["']~[\w/]{0,20}["']\s*\)|(?:pathlib\.)?Path\.home\(\)|(?:os\.)?homedir\(\)|Dir\.home|process\.env\.HOME|os\.environ\[["']HOME["']\]|Environment\.GetFolderPath\([^)\n]{0,60}\))`;

/** What programs destroy by themselves, without a shell. */
export const programDestruction: readonly PatternRule[] = [
  {
    id: 'shell.code-empties-store',
    type,
    severity: 'high',
    sees: 'program text, run now, that deletes all rows, documents, objects or keys of a store, or a whole store',
    positive: python("import redis\nredis.Redis(host='cache.internal').flushall()"),
    nearMiss: python("session.query(Token).filter(Token.expires < now).delete()"),
    source: 'MITRE ATT&CK T1485',
    roles: ['code'],
    literals: ['flushall(', 'flushdb(', 'drop_database(', 'dropdatabase(', 'object_versions', 'objects.all()', 'drop_all(', 'deletemany(', 'delete_many(', 'delete_all', 'destroy_all', 'deleteusers(', 'delete_users(', 'recursivedelete(', 'skipfinalsnapshot', 'delete_namespace(', 'deletenamespace', 'indices.delete', 'schedule_key_deletion', 'delete_bucket(', 'deletebucket', 'buckets.all()', 'list_buckets', 'describe_instances', 'get_repos()', 'delete_collection_', 'delete_topics(', 'deletetopics(', 'drop_collection(', 'drop_keyspace', 'delete_db_', 'delete_file_system', 'delete_stack(', 'delete_hosted_zone(', 'delete_user_pool(', 'delete_repository(', 'delete_by_query(', 'delete_project('],
    pattern: new RegExp(
      [
        String.raw`\.(?:flush_?all|flush_?db)\s*\(\s*(?:asynchronous\s*=\s*True\s*)?\)`,
        String.raw`\.(?:drop_database|dropDatabase|drop_keyspace)\s*\(`,
        String.raw`(?:object_versions|objects|buckets)\.(?:all\(\)\.)?delete\s*\(`,
        String.raw`\.objects\.all\(\)\s*\.(?:_raw_)?delete\s*\(`,
        String.raw`metadata\.drop_all\s*\(`,
        String.raw`\.(?:deleteMany|delete_many)\s*\(\s*(?:\{\s*(?:where\s*:\s*\{\s*\}\s*)?\}\s*)?\)`,
        String.raw`\b[A-Z]\w{1,40}\.(?:delete_all|destroy_all)\b(?!\s*\(\s*\S)`,
        String.raw`\bauth\(?\)?\.(?:deleteUsers|delete_users)\s*\(`,
        String.raw`\.recursiveDelete\s*\(`,
        String.raw`SkipFinal(?:Cluster)?Snapshot["']?\s*[=:]\s*[Tt]rue`,
        String.raw`\.(?:delete_namespace|delete_collection_\w{1,60}|schedule_key_deletion|delete_bucket|delete_hosted_zone|delete_user_pool|delete_file_system|delete_topics|delete_db_(?:instance|cluster))\s*\(`,
        String.raw`indices\.delete\s*\(\s*(?:index\s*=\s*)?\[?\s*["'](?:\*|_all)["']`,
        String.raw`delete_by_query\s*\([^\n]{0,80}match_all`,
        String.raw`(?:describe_instances|list_instances|instances\.all)\([^]{0,500}?terminate(?:_instances)?\s*\(`,
        String.raw`(?:get_repos\(\)|list_buckets\(|buckets\.all\(\)|list_databases|list_database_names\(|listDatabases)[^]{0,400}?\.(?:delete|delete_bucket|drop_database|drop)\s*\(`,
      ].join('|'),
    ),
    before: 64,
    after: 600,
    accepts: ({ 0: match }, { place, text }, at) => place.file === '' && !/(?:test|tmp|temp|scratch|e2e|preview|sandbox|mock|fake)/i.test(text.slice(Math.max(0, at - 60), at + match.length + 60)),
  },
  {
    id: 'shell.code-delete-request',
    type,
    severity: 'high',
    sees: 'program text, run now, that sends an HTTP DELETE of a whole store or of all of a kind',
    positive: python("import requests\nrequests.delete('https://api.github.com/repos/acme/billing')"),
    nearMiss: python("import requests\nrequests.delete('https://api.example.com/v1/carts/7')"),
    source: 'MITRE ATT&CK T1485',
    roles: ['code'],
    literals: ['requests.delete(', 'httpx.delete(', 'axios.delete(', 'session.delete(', 'client.delete(', 'http.delete(', "'delete'", '"delete"', 'ky.delete(', 'got.delete('],
    pattern: /\b(?:requests|httpx|axios|session|client|http|ky|got)\.delete\s*\(\s*[fbru]?["'`]([^"'`\n]{4,300})["'`]|\b(?:fetch|request|axios)\s*\(\s*["'`]([^"'`\n]{4,300})["'`]\s*,\s*\{[^}\n]{0,120}method\s*:\s*["']DELETE["']|\brequest\s*\(\s*["']DELETE["']\s*,\s*f?["'`]([^"'`\n]{4,300})["'`]/i,
    before: 320,
    after: 320,
    accepts: ([, first, second, third], { place }) => place.file === '' && destroysAt(first ?? second ?? third ?? '', ''),
  },
  {
    id: 'shell.code-deletes-tree',
    type,
    severity: 'critical',
    sees: 'program text that goes through the root, a home or a system folder and deletes all files it meets',
    positive: python("import os\nfor d, _, names in os.walk('/srv'):\n    for n in names:\n        os.remove(os.path.join(d, n))"),
    nearMiss: python("import os\nfor d, _, names in os.walk('/srv/app'):\n    for n in names:\n        if n.endswith('.pyc'):\n            os.remove(os.path.join(d, n))"),
    source: 'MITRE ATT&CK T1485',
    roles: ['code'],
    literals: [...LITERALS_OF_WALKS, 'path.home()'],
    pattern: new RegExp(`(?:${WITH_HOME}\\s*\\.\\s*${WALK}|${WALK}\\s*(?:[@rbf]{0,2}["'\`]([^"'\`\\n]{1,80})["'\`]|(${WITH_HOME})))([^]{0,400}?)${REMOVE}`),
    before: 80,
    after: 600,
    accepts: ([, path, , between]) => (path === undefined || isVital(path.replace(/\/?\*+.*$/, '') || '/') || targetOf(path) === 'data') && !PICKS.test(between ?? ''),
  },
  {
    id: 'shell.code-locks-files',
    type,
    severity: 'critical',
    sees: 'program text that goes through folders, encrypts the files it meets and removes or renames the originals, as ransomware does',
    positive: write('sync.py', "for d, _, names in os.walk(base):\n    for n in names:\n        data = Fernet(key).encrypt(open(os.path.join(d, n), 'rb').read())\n        open(os.path.join(d, n) + '.locked', 'wb').write(data)\n        os.remove(os.path.join(d, n))"),
    nearMiss: write('seal.py', "def seal(path, key):\n    data = Fernet(key).encrypt(open(path, 'rb').read())\n    open(path + '.sealed', 'wb').write(data)"),
    source: 'MITRE ATT&CK T1486',
    roles: ['code', 'powershell'],
    literals: ['fernet(', 'aes.new(', 'chacha20', 'createcipheriv(', 'aes.newcipher', 'newgcm(', 'aesmanaged', 'rijndaelmanaged', 'cryptostream', 'cipher.getinstance(', 'aesgcm(', 'aes_gcm', 'openssl_encrypt(', 'nacl.secret', 'secretbox(', 'aes]::create', '.encrypt(', 'createencryptor(', 'transformfinalblock('],
    pattern: new RegExp(`(?:${WALK}|Get-ChildItem[^\\n|]{0,120}-Recurse|\\bgci\\b[^\\n|]{0,120}-r)`),
    before: 1_200,
    after: 1_200,
    accepts: (_, { text }, at) => {
      const around = text.slice(Math.max(0, at - 1_200), at + 1_600);
      return ENCRYPTS.test(around) && (LOCKED.test(around) || (DROPS.test(around) && /["'`]\.\w{2,10}["'`]/.test(around)));
    },
  },
  {
    id: 'shell.records-all-deleted',
    type,
    severity: 'high',
    sees: 'program text of Salesforce that deletes all records of an object, or what the bin keeps of them',
    positive: { tool: 'salesforce_apex', arguments: { code: 'delete [SELECT Id FROM Contact];' } },
    nearMiss: { tool: 'salesforce_apex', arguments: { code: "delete [SELECT Id FROM Contact WHERE Email = 'a@example.com'];" } },
    source: 'MITRE ATT&CK T1485',
    roles: ['code', 'sql', 'shell', 'value', 'prose'],
    literals: ['delete [select', 'delete[select', 'emptyrecyclebin('],
    pattern: /\bdelete\s*\[\s*SELECT\s(?![^\]]{0,400}\b(?:WHERE|LIMIT)\b)[^\]]{1,400}\]|Database\.emptyRecycleBin\s*\(\s*\[\s*SELECT\s(?![^\]]{0,300}\bWHERE\b)/i,
    after: 440,
    accepts: (_, { place }) => place.file === '',
  },
  {
    id: 'shell.listed-tables-dropped',
    type,
    severity: 'critical',
    sees: 'statements that drop or empty every table, view or database that the catalogue lists',
    positive: { tool: 'postgres_query', arguments: { sql: "DO $$ DECLARE r RECORD; BEGIN FOR r IN SELECT tablename FROM pg_tables LOOP EXECUTE 'DROP TABLE ' || quote_ident(r.tablename); END LOOP; END $$;" } },
    nearMiss: { tool: 'postgres_query', arguments: { sql: 'SELECT tablename FROM pg_tables ORDER BY 1; DROP TABLE IF EXISTS import_old;' } },
    source: 'MITRE ATT&CK T1485',
    roles: ['sql', 'shell', 'code'],
    literals: ['pg_tables', 'information_schema.tables', 'sys.tables', 'sys.objects', 'user_tables', 'all_tables', 'sysobjects', 'sp_msforeachtable', 'sp_msforeachdb', 'sys.databases', 'pg_database'],
    pattern: /sp_msforeach(?:table|db)\b[^\n]{0,80}\b(?:DROP|TRUNCATE|DELETE)\b|(?:['"`(]|CONCAT\s*\(\s*N?['"])\s*(?:DROP\s+(?:TABLE|VIEW|SCHEMA|DATABASE)|TRUNCATE(?:\s+TABLE)?)\b[^;]{0,120}?['"`]\s*(?:\|\||\+|,)[^]{0,300}?\b(?:pg_tables|information_schema\.tables|sys\.(?:tables|objects|databases)|sysobjects|(?:user|all)_tables|pg_database)\b|\b(?:pg_tables|information_schema\.tables|sys\.(?:tables|objects|databases)|sysobjects|(?:user|all)_tables|pg_database)\b[^]{0,300}?(?:EXECUTE|EXEC|sp_executesql|format\s*\()[^;]{0,40}?['"(]\s*(?:DROP\s+(?:TABLE|VIEW|SCHEMA|DATABASE)|TRUNCATE)/i,
    before: 320,
    after: 480,
  },
  {
    id: 'shell.ransom-note',
    type,
    severity: 'high',
    sees: 'a note that files are encrypted and what must be paid or done to have them back, written to a file or shown',
    positive: write('/home/lena/Desktop/HOW_TO_RESTORE.txt', 'All your files have been encrypted. Send 0.2 BTC to the address below to get the key.'),
    nearMiss: write('docs/incident-guide.md', 'A typical note says: your files have been encrypted, pay in bitcoin. Call the security team and never pay.'),
    source: 'MITRE ATT&CK T1486, T1491',
    roles: ['shell', 'powershell', 'cmd', 'code', 'prose'],
    literals: ['been encrypted', 'are encrypted', 'were encrypted', 'been locked', 'now encrypted'],
    pattern: /\byour\s+(?:important\s+|personal\s+)?(?:files|data|documents|network|servers?|databases?|systems?)\b[^\n]{0,40}\b(?:have been|has been|are|is|were|was)\s+(?:now\s+|all\s+)?(?:encrypted|locked)\b[^]{0,300}?\b(?:btc|bitcoins?|monero|xmr|ransom|pay(?:ment)?|decrypt(?:ion|or)?|restore|recover|tor browser|\.onion|contact)\b/i,
    before: 80,
    after: 400,
    accepts: (_, { place, text }) => text.length < 4_000 && (place.role === 'prose' ? NOTE_FILE.test(place.file) : true) && !/\.(?:mdx?|rst|adoc)$/.test(place.file),
  },
  {
    id: 'shell.absent-by-playbook',
    type,
    severity: 'high',
    sees: 'a playbook that makes a system folder or a folder of data absent',
    positive: write('play.yml', '- hosts: db\n  tasks:\n    - ansible.builtin.file:\n        path: /var/lib/postgresql\n        state: absent\n'),
    nearMiss: write('play.yml', '- hosts: web\n  tasks:\n    - ansible.builtin.file:\n        path: /etc/nginx/sites-enabled/default\n        state: absent\n'),
    source: 'MITRE ATT&CK T1072, T1485',
    roles: ['code'],
    literals: ['state: absent', 'state=absent'],
    pattern: /\b(?:path|dest|name)\s*[:=]\s*["']?(\/[\w./-]{0,80})["']?\s*,?\s*(?:\n\s{0,40}(?:recurse|force)\s*:\s*\w{1,5})?\s*state\s*[:=]\s*absent|state\s*:\s*absent\s*,?\s*(?:path|dest)\s*:\s*["']?(\/[\w./-]{0,80})/,
    before: 160,
    after: 120,
    accepts: ([, first, second]) => isVital(first ?? second ?? '') || targetOf(first ?? second ?? '') === 'data',
  },
];

const ENCRYPTS = /Fernet|AES|ChaCha20|createCipheriv|aes\.NewCipher|NewGCM|CryptoStream|Rijndael|Cipher\.getInstance|aes_gcm|openssl_encrypt|SecretBox|CreateEncryptor|TransformFinalBlock|\.encrypt\(/;
const LOCKED = /["'`]\.(?:locked|enc|encrypted|crypt\w*|lock|pay\w*|ransom\w*)["'`][^]{0,600}(?:remove|unlink|rename|delete|Remove-Item)|(?:remove|unlink|rename|delete|Remove-Item)[^]{0,600}["'`]\.(?:locked|enc|encrypted|crypt\w*|lock|ransom\w*)["'`]|\b(?:bitcoin|btc|ransom)\b/i;
const DROPS = /os\.remove|unlink|rmSync|File\.Delete|os\.Remove|Remove-Item/;
/** Notes stand where people see them, under names that call them. */
const NOTE_FILE = /(?:readme|read_?me|restore|recover|decrypt|how_?to|ransom|unlock|your_?files|desktop|warning|important|!!!)/i;

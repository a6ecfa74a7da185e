const set = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Takes something away for good. */
export const DESTROYING = set('delete destroy wipe purge erase drop truncate nuke shred obliterate decommission deprovision teardown empty flush terminate remove uninstall expunge del rm rmdir zap undeploy unpublish cleanup clear prune format retire');
/** Ends something that can be begun anew, at a cost. */
export const ENDING = set('cancel revoke disable deactivate suspend stop shutdown poweroff halt block ban lock close archive unsubscribe evict kill reset restart reboot offboard mute silence refund');
/** Destroys what is no tree of names but a thing. */
export const WIPING = set('wipe erase format');

/** Words by which a tool only looks, or takes something back. */
export const LOOKING = set('get list read describe search find show preview count check status undo restore recover undelete simulate estimate plan validate query fetch view explain is has can schedule request propose');

/** Says that all of a kind is meant. */
export const ALL = set('all everything every everyone entire whole');
/** Says that many are meant, which ones stands elsewhere. */
export const MANY = set('bulk mass batch many');

/** Holds so much that losing a single one is a catastrophe. */
export const STORES = set('database bucket repository repo dataset keyspace cluster tenant zone organization organisation filesystem userpool namespace datastore datalake warehouse resourcegroup vhost keyring terraform pulumi tofu opentofu terragrunt infrastructure');
/** Emptied by a `drop`, `truncate` or `purge` of its own. */
export const EMPTIED = set('table collection queue topic stream schema index mailbox');
/** What services run on or fall back to. */
export const INFRASTRUCTURE = set(
  'vm instance server volume disk snapshot backup project workspace environment stack site account drive mailbox table collection index topic queue stream node host machine domain branch vault key secret image registry pool fleet store tablespace schema catalog certificate droplet datacenter array share recovery subscription space',
);
/** Of these nobody cancels, deletes or stops all on an ordinary day. */
export const MANIFOLD = set(
  'user customer account subscription member employee admin instance server vm machine node service deployment backup snapshot project volume disk device domain dns certificate key secret credential order invoice payment payout contract booking reservation appointment contact lead deal opportunity patient student client vendor supplier file document email mail message mailbox channel conversation calendar event site page post product listing campaign container pod table collection index topic queue stream workspace team group role policy trail branch release package image artifact model job workflow pipeline ticket issue case drive store record row data resource asset object item inventory stack function policy permission right backup webhook integration alert monitor alarm rule person people identity wallet card transaction ledger archive folder directory photo video album note report contract license licence droplet tenant app application environment db log redis memcached memcache valkey keydb mongo mongodb elasticsearch opensearch etcd kafka rabbitmq dynamodb postgres mysql s3 pinecone weaviate qdrant milvus chroma imap sheet stripe paypal',
);
/** Gone and made anew every day. */
export const TRIVIAL = set(
  'cache notification filter selection draft temp tmp test breakpoint cookie highlight timer cart console annotation toast tab formatting marker input form field bookmark spam clipboard style layer shape canvas watch screen buffer playlist badge widget slide cell listener mock stub fixture session stopword suggestion recommendation search color tag label comment reaction cdn reminder todo sound animation effect overlay window bubble chat context memory variable import whitespace line text word column duplicate',
);

/** What is left of a name behind these is not what is taken away. */
export const JOINING = set('from in of by to with for on and at via using');

/** One of many: `repositories` -> `repository`, `indices` -> `index`. */
export function singular(word: string): string {
  if (word === 'indices' || word === 'indexes') return 'index';
  if (/(?:s|x|z|ch|sh)es$/.test(word)) return word.replace(/es$/, word.endsWith('ases') ? 'e' : '');
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && /[^sui]s$/.test(word) && !/^(?:postgres|kubernetes)$/.test(word) ? word.slice(0, -1) : word;
}

import type { Place } from '../place.ts';
import type { Rule } from '../rule.ts';
import * as rules from './ssrf-rules.ts';
import type { Target } from './target.ts';

/** Services that only their own administrators should reach; speaking HTTP or any line protocol. */
const ADMIN_PORTS = new Set(
  '21 22 23 25 53 110 111 135 139 143 389 445 465 512 513 514 587 593 636 873 1099 1433 1521 2049 2181 2222 2375 2376 2377 2379 2380 3128 3306 3389 4243 4369 4444 4505 4506 4646 5037 5432 5601 5672 5900 5984 5985 5986 6066 6379 6443 6667 7001 7077 7199 7473 7474 7687 8009 8161 8200 8300 8301 8333 8361 8500 8600 8649 8983 9042 9092 9160 9200 9300 9418 9600 9999 10000 10250 10251 10252 10255 10256 11211 15672 25672 27017 27018 28017 50000 50070 61613 61616'.split(
    ' ',
  ),
);
/** Paths that only operators ask for. */
const OPERATOR_PATH =
  /^\/+(?:[\w-]+\/)?(?:actuator\/(?!health|info)\w|env|heapdump|threaddump|jolokia|jmx|internal|server-(?:status|info)|phpmyadmin|_(?:cat|cluster|nodes|search|config|all_dbs|users)|containers|images\/json|pods|runningpods|exec|run|metrics\/cadvisor|latest\/(?:meta-data|user-data|dynamic)|2018-06-01\/runtime|msi\/token|computemetadata|metadata\/|v1\/(?:secret|sys|kv|agent|catalog|namespaces)|v2\/keys|api\/v1\/(?:namespaces|secrets|pods|nodes|admin)|shutdown|rpc2|manager\/(?:html|text)|script(?![.\w-])|scripttext|wd\/hub|api\/(?:kernels|contents|terminals|tunnels)|debug\/pprof|cgi-bin|flag|etc\/|\.env|\.git)(?:[/?#.;]|$)/;
/** Paths of administrators, which an application under development has too. */
const ADMIN_PATH = /^\/+(?:[\w-]+\/)?(?:admin|administrator|manager|console|actuator|private|debug|secrets?|credentials|config(?:uration)?|restart|script|wp-admin|root|keys?|token|backup|dump)(?:[/?#.;]|$)/;
const DEVELOPMENT_PORT = /^(?:[345]\d{3}|80[0-9]{2}|81\d\d|8443|8787|8888|9000|9229|1313|1234|6006|19\d{3})$/;
/** Names by which a container reaches the machine it runs on, and agents of clusters. */
const MACHINE_NAME = /^(?:(?:host|gateway|kubernetes|vm)\.docker\.internal|host\.(?:containers|lima|rancher-desktop|minikube|k3d)\.internal|[\w-]+\.(?:service|node)\.consul)$/;
/** The one label by which containers of a network know a store or agent. */
const isService = (name: string): boolean => /^(?:[\w-]{0,24}-)?(?:redis|consul|elasticsearch|opensearch|kibana|etcd|vault|mongo(?:db)?|postgres|mysql|mariadb|memcached|rabbitmq|kafka|zookeeper|solr|couchdb|influxdb|prometheus|grafana|docker|portainer|jenkins|minio|clickhouse|neo4j|cassandra)(?:-[\w-]{0,24})?$/.test(name);
const FETCHING_LATER = /webhook|callback|feed|import|avatar|thumbnail|unfurl|preview|pdf|render|subscribe|proxy|image|crawl|ingest|notify|notification|oembed|sitemap|logo/i;
const BROWSER = /browser|navigate|playwright|puppeteer|page|open_url/i;
const LATER_FIELD = /(?:^|_)(?:webhook|callback|feed|avatar|image|logo|target_url|notify)(?:_|$)/;
const ODD_SCHEME = /^(?:gopher|gophers|dict|ldaps?|ldapi|tftp|netdoc|jar|smb|sftp|rtsp|rmi|iiop|corba|nis|telnet|finger|imaps?|pop3s?|smtps?|rsync|irc|ircs|acap|cap|svn|nntp|gophers)$/;
/** Odd with any host, not only an internal one. */
const ODD_EVERYWHERE = /^(?:gopher|gophers|dict|tftp|netdoc|jar|rmi|iiop|ldapi|acap|finger)$/;
const DATABASE_SCHEME = /^(?:postgres(?:ql)?|mysql|mariadb|rediss?|mongodb(?:\+srv)?|amqps?|nats|tls|sqlserver|mssql|clickhouse|kafka|mqtts?|memcached?|bolt|neo4j|jdbc|ssh|git(?:\+ssh)?|chrome|vscode|about|file|unix|tcp|udp|grpcs?|otlp|vnc|rdp|sqlite|cassandra|etcd|consul|docker)$/;

/** What a request to one target means where it stands. */
export function judge({ scheme, name, host: { kind, disguised }, port, path, confused }: Target, place: Place): Rule | undefined {
  if (kind === 'metadata') return rules.metadata;
  if (ODD_EVERYWHERE.test(scheme)) return rules.scheme;
  if (kind === 'rebinding') return rules.rebinding;
  if (kind === 'public') return isService(name) && (FETCHING_LATER.test(place.tool) || LATER_FIELD.test(place.field) || OPERATOR_PATH.test(path)) && /^https?$/.test(scheme) && ADMIN_PORTS.has(port) ? rules.serverSide : undefined;
  if (ODD_SCHEME.test(scheme)) return rules.scheme;
  if (DATABASE_SCHEME.test(scheme)) return undefined;
  if (kind === 'cluster') return rules.cluster;
  if (kind === 'internal-name') return MACHINE_NAME.test(name) && (ADMIN_PORTS.has(port) || OPERATOR_PATH.test(path)) ? rules.adminPort : rules.development;
  if (confused) return rules.confused;
  if (disguised) return rules.disguised;
  if (kind === 'link-local') return rules.linkLocal;
  if (place.role === 'host') return undefined;
  if (ADMIN_PORTS.has(port) || OPERATOR_PATH.test(path)) return rules.adminPort;
  if (ADMIN_PATH.test(path) && (kind !== 'loopback' || !DEVELOPMENT_PORT.test(port))) return rules.adminPort;
  if (FETCHING_LATER.test(place.tool) || LATER_FIELD.test(place.field)) return rules.serverSide;
  if (kind === 'private') return rules.otherPort;
  if (DEVELOPMENT_PORT.test(port)) return rules.development;
  // People do open `http://localhost/`; nobody writes the standard port.
  if (port === '' && name === 'localhost' && BROWSER.test(place.tool)) return rules.otherPort;
  return port === '' || port === '80' || port === '443' ? rules.loopback : rules.otherPort;
}

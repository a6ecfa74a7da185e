import { call, ruleOf } from '../platform/examples.ts';
import type { CallAnalyser, ViewedCall } from '../rule.ts';
import { isVital, targetOf } from '../shell/targets.ts';
import { words } from '../tool-reading.ts';
import { type Deed, deedOf, nounOf } from './deed.ts';
import { type Part, partsOf } from './parts.ts';
import { type Scope, scopeOf } from './scope.ts';
import { EMPTIED, INFRASTRUCTURE, MANIFOLD, STORES, TRIVIAL, WIPING } from './vocabulary.ts';

const type = 'destructive_command';
const everythingTaken = ruleOf(
  'calls.everything-taken', type, 'high', 'a call that deletes, cancels or stops all of a kind: by the tool’s name, a wildcard, an empty filter', call('crm_delete_contacts', { filter: {}, confirm: true }),
  call('clear_all_notifications', { user_id: 'u-1' }), 'MITRE ATT&CK T1485, T1531',
);
const storeDestroyed = ruleOf(
  'calls.store-destroyed', type, 'high', 'a call that deletes a whole database, bucket, repository, cluster or tenant, or empties a table, queue or topic', call('storage.deleteBucket', { bucket: 'acme-invoices', force: true }),
  call('storage.deleteBucket', { bucket: 'acme-e2e-test', force: true }), 'MITRE ATT&CK T1485',
);
const deviceWiped = ruleOf('calls.device-wiped', type, 'high', 'a call that wipes or formats a device, disk or machine', call('mdm_factory_reset', { device: 'LT-0042', kind: 'device' }), call('mdm_locate_device', { device: 'LT-0042' }), 'MITRE ATT&CK T1561');
const noWayBack = ruleOf(
  'calls.no-way-back', type, 'high', 'a call that deletes machines, volumes, accounts or backups and leaves nothing to go back to, or does so in production', call('vm_delete', { vm: 'erp-db-1', delete_disks: true, skip_backup: true }),
  call('vm_delete', { vm: 'runner-7', keep_data: true }), 'MITRE ATT&CK T1485, T1490',
);
const treeDeleted = ruleOf('calls.tree-deleted', type, 'critical', 'a tool for files told to delete the root, a home, a system folder or a folder of data', call('delete_directory', { path: '/var/lib/mysql', recursive: true }), call('delete_directory', { path: '/srv/app/build', recursive: true }), 'MITRE ATT&CK T1485');
const trailErased = ruleOf('calls.trail-erased', type, 'high', 'a call that deletes or clears audit logs or an audit trail', call('siem_purge_audit_logs', { before: '2030-01-01' }), call('siem_search_audit_events', { before: '2030-01-01' }), 'MITRE ATT&CK T1070, T1562.008');
const manyTaken = ruleOf('calls.many-taken', type, 'medium', 'a call that deletes or ends all of what an id or filter names', call('cancel_all_orders', { customer_id: 'c-12' }), call('cancel_order', { order_id: 'o-1' }), 'MITRE ATT&CK T1485');

/** Fields that say what is done, of tools that do many things. */
const OPERATION = new Set(['action', 'operation', 'op', 'verb', 'method', 'function', 'command', 'tool', 'tool_name', 'endpoint', 'api', 'api_call', 'mutation', 'task', 'event', 'request_type', 'action_name', 'operation_name', 'function_name']);
const OBJECT = /^(?:kind|resource|resource_type|resource_kind|object|object_type|entity|entity_type|target_type|type|model|collection_name|service)$/;
/** Tools that call others by name. */
const DISPATCHES = /(?:^|_)(?:call|invoke|run|execute)_?(?:tool|function|action|api|operation)/;
const MAX_OPERATION = 80;
const MAX_KEYS = 16;

export const destructiveCalls: CallAnalyser = { name: 'calls.destruction', rules: [everythingTaken, storeDestroyed, deviceWiped, noWayBack, treeDeleted, trailErased, manyTaken], analyse };

/** Tools that send a document database the command they are given: `{"dropDatabase": 1}`. */
const DOCUMENT_STORE = /mongo|documentdb/i;
const dropsDatabase = (parts: readonly Part[]): boolean => parts.some(({ field }) => field === 'drop_database') && !scopeOf(parts).disposable;

function analyse(called: ViewedCall): void {
  if (DOCUMENT_STORE.test(called.tool) && dropsDatabase(partsOf(called.arguments))) called.report(storeDestroyed);
  const operation = deedOf(called.tool) ? undefined : operationOf(called);
  const deed = operation?.deed ?? deedOf(called.tool);
  if (!deed) return;
  const parts = partsOf(called.arguments).filter(({ field }) => field !== operation?.field);
  called.budget.spend(20 + 40 * parts.length);
  judgeDeed(withObject(deed, parts), scopeOf(parts), called.report);
  if (deed.kind === 'destroys' && deletesTree(deed, parts)) called.report(treeDeleted);
}

/** What a tool for many things is told to do, and the field that says so: `{"action": "delete_all_users"}`. */
type Operation = Readonly<{ field: string; deed: Deed }>;
const GENERAL = /^(?:tool|manager|api|manage|action|request|mcp|client|service|admin|call|execute|run|invoke)$/;

function operationOf({ tool, arguments: given }: ViewedCall): Operation | undefined {
  let looked = 0;
  for (const key of Object.keys(given)) {
    if ((looked += 1) > MAX_KEYS) return undefined;
    const value = given[key];
    if (typeof value !== 'string' || value.length > MAX_OPERATION || !(OPERATION.has(key.toLowerCase()) || (key === 'name' && DISPATCHES.test(words(tool)))) || !/^[A-Za-z][\w.:-]*$/.test(value)) continue;
    const deed = deedOf(value);
    if (!deed) continue;
    const object = deed.object === '' ? nounOf(words(tool).split('_').findLast((word) => !GENERAL.test(word)) ?? '') : deed.object;
    return { field: words(key), deed: { ...deed, object } };
  }
  return undefined;
}

/** What a field says is taken away, rather than the tool's name. */
function withObject(deed: Deed, parts: readonly Part[]): Deed {
  for (const { field, value } of parts) {
    if (!OBJECT.test(field) || typeof value !== 'string' || !/^[A-Za-z][\w -]{1,40}$/.test(value)) continue;
    const object = nounOf(words(value).split('_').at(-1) ?? '');
    if (MANIFOLD.has(object) || STORES.has(object) || INFRASTRUCTURE.has(object) || TRIVIAL.has(object)) return { ...deed, object };
  }
  return deed;
}

/** A tool for files that is told to delete the root, a home, a system folder or where data lives. */
const deletesTree = ({ object, words: name }: Deed, parts: readonly Part[]): boolean =>
  (/^(?:file|folder|directory|dir|path|tree|fs|filesystem|)$/.test(object) || name.some((word) => /^(?:file|folder|directory|fs)$/.test(word))) &&
  parts.some(({ field, value }) => typeof value === 'string' && /(?:^|_)(?:path|paths|file|files|folder|directory|dir|target|root|src|source)$/.test(field) && (isVital(value) || targetOf(value) === 'data'));

/** Tells what a deed of this scope is. */
export function judgeDeed({ kind, verb, reach, object, words: name }: Deed, scope: Scope, report: ViewedCall['report']): void {
  if (scope.tried) return;
  const trivial = TRIVIAL.has(object) || (name.some((word) => TRIVIAL.has(word)) && !name.includes('audit') && !STORES.has(object));
  const manifold = MANIFOLD.has(object) || STORES.has(object) || INFRASTRUCTURE.has(object);
  const production = scope.relied && !scope.disposable;
  const all = scope.everything || (reach === 'all' && (!scope.narrowed || production || scope.final));
  if (trivial || (scope.disposable && !production)) return;
  if (kind === 'ends') {
    if (manifold && (all || reach === 'all')) report(all ? everythingTaken : manyTaken);
  } else if (name.some((word) => word === 'audit' || word === 'cloudtrail') && /^(?:log|trail|event|record|history|entry|audit|cloudtrail|stream)$/.test(object)) report(trailErased);
  else if (WIPING.has(verb) && DEVICE.test(object)) report(deviceWiped);
  else if (verb === 'format') return;
  else if (scope.everything || (all && (manifold || object === ''))) report(everythingTaken);
  else if (((STORES.has(object) || isStoreOf(object, name)) && !GENTLE.test(verb)) || (verb === 'unpublish' && name.some((word) => REGISTRIES.test(word))) || (/^(?:drop|truncate|purge|empty|wipe)$/.test(verb) && EMPTIED.has(object))) report(storeDestroyed);
  else if (INFRASTRUCTURE.has(object) && (scope.final || (production && !GENTLE.test(verb)))) report(noWayBack);
  else if (reach === 'all' && manifold) report(manyTaken);
}

/** Things that are stores where a service for developers or data keeps them. */
const isStoreOf = (object: string, name: readonly string[]): boolean =>
  object === 'table' || (object === 'project' && name.some((word) => /^(?:gitlab|gcp|google|firebase|supabase|neon|sentry|vercel|cloud|openshift)$/.test(word))) || (object === 'collection' && name.some((word) => /^(?:mongo\w*|firestore|qdrant|milvus|chroma\w*|weaviate|astra|couch\w*|documentdb|arango\w*|typesense|vector|solr)$/.test(word)));
const REGISTRIES = /^(?:npm|package|crate|gem|pypi|registry|module)$/;
const DEVICE = /^(?:router|switch|firewall|gateway|camera|iot|mdm|intune|jamf|device|disk|drive|machine|phone|server|laptop|computer|host|fleet|endpoint|volume|tablet|mobile|partition)$/;
/** Verbs of tidying up, and of taking one thing out of another. */
const GENTLE = /^(?:clear|cleanup|prune|remove|uninstall|flush|rm|del|undeploy)$/;

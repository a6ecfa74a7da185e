import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../index.ts';
import { callAnalysers } from './detectors.ts';
import { deedOf } from './deed.ts';
import { destroysAt } from './deleted-address.ts';

const scan = (name: string, toolArguments: Readonly<Record<string, unknown>>) => scanCall({ name, arguments: toolArguments });

describe('a call as a whole', () => {
  it('is told by its tool’s name, also without any string in it, at the empty pointer', () => {
    const { risk_score, threats } = scan('crm.accounts.purgeAll', { sure: true });
    expect(risk_score).toBeGreaterThanOrEqual(0.7);
    expect(threats).toMatchObject([{ rule: 'calls.everything-taken', path: '', match: 'crm.accounts.purgeAll' }]);
  });

  it.each([
    ['a wildcard', { users: '*' }],
    ['a word for all', { users: 'all' }],
    ['an empty filter', { filter: {} }],
    ['a condition that always holds', { where: '1 = 1' }],
    ['no age at all', { older_than_days: 0 }],
    ['a flag', { apply_to_all: true }],
  ])('takes everything by %s', (_, toolArguments) => {
    expect(scan('users_delete', toolArguments).threats_detected).toContain('destructive_command');
    expect(scan('users_list', toolArguments).threats_detected).not.toContain('destructive_command');
  });

  it.each([
    ['one of a kind', 'users_delete', { id: 'u-7', hard_delete: true }],
    ['what is only tried', 'delete_all_users', { dry_run: true }],
    ['what was made for a test', 'drop_database', { database: 'shop_test' }],
    ['what comes and goes', 'clear_all_filters', {}],
    ['a part of a store', 'database_delete_row', { database: 'crm', id: 7 }],
    ['a look', 'list_deleted_users', { filter: {} }],
  ])('leaves alone %s', (_, tool, toolArguments) => {
    expect(scan(tool, toolArguments).risk_score).toBeLessThan(0.7);
  });

  it('reads what a tool for many things is told to do', () => {
    expect(scan('admin_console', { operation: 'DeleteDBCluster', params: { id: 'billing' } }).threats).toMatchObject([{ rule: 'calls.store-destroyed' }]);
    expect(scan('graphql', { query: 'mutation { deleteManyOrder(where: {}) { count } }' }).threats_detected).toContain('destructive_command');
    expect(scan('graphql', { query: 'mutation { deleteComment(id: "c-1") { ok } }' }).risk_score).toBeLessThan(0.7);
  });

  it('is bounded in what it reads', () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, { filter: { a: [index] } }]));
    expect(scan('delete_things', wide).threats_detected).not.toContain('scan_incomplete');
    expect(callAnalysers.flatMap(({ rules }) => rules).length).toBeGreaterThan(0);
  });
});

describe('a tool’s deed', () => {
  it('is its verb, its reach and the noun it is about, in any spelling', () => {
    expect(deedOf('slack.admin.conversations.bulkDelete')).toMatchObject({ kind: 'destroys', reach: 'many', object: 'conversation' });
    expect(deedOf('cancelAllSubscriptions')).toMatchObject({ kind: 'ends', reach: 'all', object: 'subscription' });
    expect(deedOf('remove_user_from_organization')).toMatchObject({ object: 'user' });
    expect(deedOf('delete_indices')).toMatchObject({ object: 'index' });
    expect(deedOf('get_deleted_items')).toBeUndefined();
  });
});

describe('the address of a DELETE', () => {
  it.each(['https://api.github.com/repos/acme/web', 'http://search:9200/customers', '/v1/projects/acme', 'https://cluster.example.com:6443/api/v1/namespaces/payments', 'https://api.example.com/users', 'http://consul:8500/v1/kv/?recurse'])('%s takes away something whole', (address) => {
    expect(destroysAt(address, '')).toBe(true);
  });

  it.each(['https://api.github.com/repos/acme/web/issues/comments/5', 'http://search:9200/logs-2024.01.31', 'http://search:9200/web-test', 'https://api.example.com/users/12', 'https://api.example.com/v1/carts/7/items', '/'])('%s does not', (address) => {
    expect(destroysAt(address, '')).toBe(false);
  });
});

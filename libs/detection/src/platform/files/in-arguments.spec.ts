import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../../scan.ts';

const told = (name: string, args: Readonly<Record<string, unknown>>): readonly string[] => scanCall({ name, arguments: args }).threats.map(({ rule }) => rule);

describe('files in the arguments of a call', () => {
  it('are read by a tool that may write, where a field beside the path says so', () => {
    expect(told('str_replace_based_edit_tool', { command: 'view', path: '/app/.env' })).toContain('files.environment-file');
    expect(told('str_replace_based_edit_tool', { command: 'create', path: '/app/.env', file_text: 'PORT=3000\n' })).toEqual([]);
  });

  it.each([
    ['s3_get_object', { uri: 's3://acme-tf/prod/terraform.tfstate' }, 'files.cloud-credentials'],
    ['glob', { pattern: '/home/*/.ssh/id_*' }, 'files.secret-search'],
    ['grep', { pattern: 'BEGIN RSA', path: '/home' }, 'files.secret-search'],
    ['read_file', { path: '/srv/old/.ssh/id_rsa.bak' }, 'files.ssh-key'],
    ['adb_pull', { remote: '/data/data/com.example.chat/databases/msgstore.db' }, 'files.private-messages'],
  ])('%s %j', (name, args, rule) => expect(told(name, args)).toContain(rule));

  it.each([
    ['s3_get_object', { uri: 's3://acme-data/reports/q1.parquet' }],
    ['glob', { pattern: 'src/**/*.env.ts' }],
    ['grep', { pattern: 'password', path: '/workspace/src' }],
    ['read_file', { path: 'assets/id_rsa_diagram.png.bak' }],
  ])('%s %j is daily work', (name, args) => expect(told(name, args)).toEqual([]));
});

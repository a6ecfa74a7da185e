import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** What a base backup leaves out: of no use in a copy (PostgreSQL's manual, "Making a Base Backup Using the Low Level API"). */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_internal.init']);
const leftEmpty = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']);

/**
 * A copy of the cluster's files, taken while it runs and is written to, by the calls that `pg_basebackup` makes itself: the programs that are
 * installed with npm are the server only. `to` is a cluster that starts as of the backup's end.
 */
export async function baseBackup({ adminUrl, cluster, to }: Readonly<{ adminUrl: string; cluster: string; to: string }>): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('holdpoint', fast => true)`);
    copyFolder(cluster, to, true);
    const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(wait_for_archive => false)');
    writeFileSync(join(to, 'backup_label'), rows[0]?.label ?? '', { mode: 0o600 });
    // What was written meanwhile: without it the copy is of no single moment.
    copyFolder(join(cluster, 'pg_wal'), join(to, 'pg_wal'), false);
  } finally {
    await client.end();
  }
}

function copyFolder(from: string, to: string, top: boolean): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const found of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, found.name), join(to, found.name)];
    if (found.isDirectory()) {
      if (top && leftEmpty.has(found.name)) mkdirSync(target, { mode: 0o700 });
      else copyFolder(source, target, false);
    } else if (found.isFile() && !leftOut.has(found.name) && !found.name.startsWith('pgsql_tmp')) copyIfThere(source, target);
  }
}

/** A file that goes while the server runs is made good by the write-ahead log. */
function copyIfThere(source: string, target: string): void {
  try {
    copyFileSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

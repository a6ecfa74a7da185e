import type { DataSource, EntityManager } from 'typeorm';

/** The rows of one statement. TypeORM pairs those of an UPDATE or DELETE with their number. */
export async function rowsOf<T extends object>(db: DataSource | EntityManager, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  const result = await db.query<unknown[]>(sql, [...parameters]);
  return (Array.isArray(result[0]) ? result[0] : result) as T[];
}

/** The one row that the statement is sure to return. */
export async function rowOf<T extends object>(db: DataSource | EntityManager, sql: string, parameters: readonly unknown[] = []): Promise<T> {
  const [row] = await rowsOf<T>(db, sql, parameters);
  if (!row) throw new Error('the statement returned no row');
  return row;
}

/** SQL that writes a timestamptz column as RFC 3339 in UTC, to the millisecond. */
export const isoMillis = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The same to the microsecond: as exact as the column, so that it sorts like it. */
export const isoMicros = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

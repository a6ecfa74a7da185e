import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { type Document, type Format, type PlacedProblem, readDocument } from './document.ts';

/** `name` is as the user wrote it. */
export type FileDocument = Readonly<{ name: string; document: Document }>;
/** Complete lines for stderr. */
export type Unreadable = Readonly<{ unreadable: readonly string[] }>;

const MAX_FILE_BYTES = 32 * 1024 ** 2;

/** Reads `.json`, `.yaml` or `.yml`. `path` is where the file is. */
export function readFileDocument(name: string, path: string): FileDocument | Unreadable {
  const format = formatOf(name);
  if (format === undefined) return { unreadable: [`${name}: must end in .yaml, .yml or .json`] };
  const text = readText(path);
  if ('problem' in text) return { unreadable: [`${name}: ${text.problem}`] };
  const document = readDocument(text.text, format);
  return 'problems' in document ? { unreadable: document.problems.map((problem) => placed(name, problem)) } : { name, document };
}

/** One line, whatever the file holds. */
export const placed = (name: string, { line, column, message }: PlacedProblem): string => `${name}:${line}:${column}: ${message.replace(/\p{Cc}+/gu, ' ')}`;

export function formatOf(name: string): Format | undefined {
  if (/\.json$/i.test(name)) return 'json';
  return /\.ya?ml$/i.test(name) ? 'yaml' : undefined;
}

export function readText(path: string): Readonly<{ text: string }> | Readonly<{ problem: string }> {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) return { problem: `is larger than ${MAX_FILE_BYTES} bytes` };
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { text: bytes.toString('utf8').replace(/^\ufeff/, '') } : { problem: 'is not UTF-8' };
  } catch (error) {
    return { problem: `cannot be read: ${reasonOf(error)}` };
  }
}

const reasons: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'no permission', EISDIR: 'it is a folder', EPERM: 'no permission' };

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}

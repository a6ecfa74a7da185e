import { type PolicyFile, readPolicyFile } from '@holdpoint/policy';
import { about, type Document } from '../documents/document.ts';
import { placed, readFileDocument, type Unreadable } from '../documents/read-file.ts';

/** The policies of a file. `placeOf` finds a JSON pointer of the file in it. */
export type ReadPolicies = PolicyFile & Readonly<{ name: string; placeOf: Document['placeOf'] }>;

/** `name` is the file as the user wrote it, and stands in every problem with line and column; `path` is where it lies. */
export function readPolicies(name: string, path: string): ReadPolicies | Unreadable {
  const file = readFileDocument(name, path);
  if ('unreadable' in file) return file;
  const { document } = file;
  const read = readPolicyFile(document.value);
  if ('problems' in read) return { unreadable: read.problems.map((problem) => placed(name, { ...document.placeOf(problem.path), message: about(problem.path, problem.message) })) };
  return { ...read, name, placeOf: document.placeOf };
}

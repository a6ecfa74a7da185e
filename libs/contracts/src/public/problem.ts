import { z } from 'zod';

/** One thing wrong with an input: a JSON pointer (RFC 6901) into it, and what is wanted there. */
export const InputProblem = z.object({ path: z.string(), message: z.string() });
export type InputProblem = z.output<typeof InputProblem>;

/** RFC 9457 problem document; `error` and `message` repeat title and detail for older clients. */
export const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(InputProblem).optional(),
  error: z.string().optional(),
  message: z.string().optional(),
});
export type ProblemDocument = z.output<typeof ProblemDocument>;

/** What a problem document tells; `code` is stable and public, `detail` a sentence the client can act on. */
export type ProblemFacts = Readonly<{ status: number; code: string; detail: string; errors?: readonly InputProblem[] | undefined }>;

/** `title` is the status code's name; `error` and `message` repeat title and detail for older clients. */
export function problemDocument({ status, code, detail, errors }: ProblemFacts, title: string): ProblemDocument {
  return {
    type: `urn:holdpoint:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    error: title,
    message: detail,
  };
}

/** The same words for an input that cannot be read, whichever door it came by. */
export function invalidInput(errors: readonly InputProblem[]): ProblemFacts {
  const shown = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `\`${path}\` ${message}`));
  const more = errors.length - shown.length;
  return { status: 400, code: 'invalid_input', detail: `The request cannot be read: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`, errors };
}

/** A zod issue as input problems: one per unknown field, pointers instead of paths. */
export function inputProblems(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[] = []): InputProblem[] {
  return issues.flatMap((issue): InputProblem[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: pointer([...path, key]), message: 'unknown field' }));
    if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined')) return [{ path: pointer(path), message: 'required' }];
    return [{ path: pointer(path), message: lowerFirst(issue.message) }];
  });
}

/** JSON pointer (RFC 6901) of a path. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

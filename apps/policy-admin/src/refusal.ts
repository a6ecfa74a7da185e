import type { Actor, InputProblem, Refusal } from '@holdpoint/contracts';

type Refused = Readonly<{ refused: Refusal }>;

export const refused = (status: Refusal['status'], code: string, detail: string, errors?: readonly InputProblem[]): Refused => ({
  refused: { status, code, detail, ...(errors && { errors: [...errors] }) },
});

export const invalidInput = (...errors: readonly InputProblem[]): Refused => refused(400, 'invalid_input', 'the request has fields that cannot be used', errors);

export const guardNotFound = (guardId: string): Refused => refused(404, 'guard_not_found', `there is no guard \`${guardId}\``);

/** Management is for admins; what an auditor may read says so. */
export function lacksRole(actor: Actor, ...anyOf: Actor['roles']): Refused | null {
  return anyOf.some((role) => actor.roles.includes(role)) ? null : refused(403, 'role_missing', `this needs a key with the role ${anyOf.join(' or ')}`);
}

export const maySee = (actor: Actor, guardId: string): boolean => actor.guards === '*' || actor.guards.includes(guardId);

import { remembering } from '../remembering.ts';
import { words } from '../tool-reading.ts';
import type { CallAnalyser, Rule, ViewedCall } from '../rule.ts';
import { type Part, partsOf } from './parts.ts';

const call = (tool: string, given: Readonly<Record<string, unknown>>) => ({ tool, arguments: given }) as const;
const everyRight: Rule = {
  id: 'calls.every-right',
  type: 'privilege_escalation',
  severity: 'high',
  sees: 'a call that makes a role or policy with every action on everything, or gives a database’s user its administrator’s role',
  positive: call('k8s_apply', { object: { kind: 'ClusterRole', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] } }),
  nearMiss: call('k8s_apply', { object: { kind: 'ClusterRole', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] } }),
  source: 'MITRE ATT&CK T1098.003, T1098.006',
};

const SUBJECT = /(?:^|_)(?:k8s|kube\w*|kubernetes|cluster|rbac|manifest|openshift|iam|polic(?:y|ies)|role|permission|aws|mongo\w*|documentdb|database|db)s?(?:_|$)/;
const LOOKS = /^(?:get|list|describe|show|read|search|find|check|simulate|explain|validate)(?:_|$)/;
const ADMIN_OF_DATABASE = /^(?:root|dbOwner|userAdminAnyDatabase|userAdmin|clusterAdmin|readWriteAnyDatabase|dbAdminAnyDatabase|__system)$/;

const [MAX_REMEMBERED, MAX_NAME] = [1_024, 128];

const mayGive = remembering(MAX_REMEMBERED, MAX_NAME, (tool) => tool.length <= MAX_NAME && SUBJECT.test(words(tool)) && !LOOKS.test(words(tool)));

const has = (parts: readonly Part[], field: RegExp, value: RegExp): boolean => parts.some((part) => typeof part.value === 'string' && field.test(part.field) && value.test(part.value));
const ALL = /^\*(?::\*)?$/;

/** Rights of one sign are too short to be read as texts: a call's values tell them together. */
export const wideRights: CallAnalyser = {
  name: 'calls.wide-rights',
  rules: [everyRight],
  analyse({ tool, arguments: given, budget, report }: ViewedCall) {
    if (!mayGive(tool)) return;
    const parts = partsOf(given);
    budget.spend(20 + 20 * parts.length);
    const cluster = has(parts, /^verbs$/, ALL) && has(parts, /^resources$/, ALL);
    const cloud = has(parts, /^(?:not_)?actions?$/, ALL) && has(parts, /^(?:not_)?resources?$/, ALL) && has(parts, /^effect$/, /^allow$/i);
    const database = parts.some(({ field }) => /^(?:grant_roles_to_user|create_user|grant_privileges_to_role)$/.test(field)) && has(parts, /^roles?$/, ADMIN_OF_DATABASE);
    if (cluster || cloud || database) report(everyRight);
  },
};

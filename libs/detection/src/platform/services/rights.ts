import { call, ruleOf, sql, write } from '../examples.ts';
import type { Place } from '../../place.ts';
import type { Analyser, PatternRule } from '../../rule.ts';
import { words } from '../../tool-reading.ts';
import { windowed } from '../../windowed.ts';
import { kindOfSettings, settingRules, tellSettings } from './settings.ts';

const T = 'MITRE ATT&CK ';
const adminRole = ruleOf('rights.admin-role', 'privilege_escalation', 'high', 'an account or group given administrator’s rights by a call', call('update_user', { user_id: 'u-1', role: 'admin' }), call('list_users', { role: 'admin' }), `${T}T1098`);
const adminMade = ruleOf('rights.admin-made', 'privilege_escalation', 'high', 'an account made or invited with administrator’s rights', call('invite_member', { email: 'a@example.com', role: 'owner' }), call('invite_member', { email: 'a@example.com', role: 'viewer' }), `${T}T1136`);
const keyMade = ruleOf('rights.key-made', 'privilege_escalation', 'medium', 'a long-lived key or token made for an account', call('create_access_key', { user_name: 'ci-deployments' }), call('list_access_keys', { user_name: 'ci-deployments' }), `${T}T1098.001`);
const safeguardOff = ruleOf('rights.safeguard-off', 'privilege_escalation', 'high', 'logging, a second factor, a firewall or an alarm switched off by a call', call('disable_mfa', { user: 'admin-1' }), call('get_mfa_status', { user: 'admin-1' }), `${T}T1562, T1556.006`);
const hostFolder = ruleOf('rights.host-folder', 'privilege_escalation', 'critical', 'a container given the host’s root, system folders or engine socket by a call', call('docker_run', { image: 'alpine', volumes: ['/:/host'] }), call('docker_run', { image: 'node:20', volumes: ['./app:/app'] }), `${T}T1611`);

const WORDS = new Set([
  'admin', 'administrator', 'administrators', 'owner', 'root', 'superuser', 'super_user', 'superadmin', 'super_admin', 'super-admin', 'sysadmin', 'sysadmins', '*', '*:*', '*.*', 'roles/owner', 'roles/editor', 'cluster-admin', 'domain admins', 'enterprise admins', 'sudo', 'wheel', 'global administrator', 'globaladmin', 'administratoraccess', 'poweruseraccess', 'iamfullaccess', 'fullaccess', 'full_access', 'full_control', 'billing_admin', 'org_admin', 'org_owner', 'organization_owner', 'site_admin', 'system:masters', 'security_admin', 'contributor+owner', 'root_admin', 'tenant_admin', 'all_privileges', 'staff_admin', 'privileged', 'god', 'admin:*', 'admin:org', 'iam:*', 's3:*', 'super administrator', 'super administrators', 'superadmins', 'super_administrator', 'global admins', 'global administrators', 'org admins', 'organization administrator', 'org_administrator', 'account administrator', 'account_admin', 'root administrators', 'schema admins', 'account operators', 'system administrator', 'securityadmin', 'accountadmin',
]);
const RIGHT_FIELD = /(?:^|_)(?:role|permission|scope|access|access_level|privilege|group|user_type|account_type|level|policy|policy_name|policy_arn|entitlement|acl|grant|right|profile|new_role|tier)s?(?:_name|_id|_arn)?$/;
const CHANGES = /^(?:update|set|assign|grant|add|change|modify|promote|elevate|edit|patch|put|attach|give|upgrade|iam|bind|escalate|make|enable)(?:_|$)|_(?:assign|grant|promote|elevate|update|set|put_policy|attach|add|change|modify|bind)(?:_|$)/;
const MAKES = /^(?:create|invite|register|new|provision)(?:_|$)/;
const SUBJECT = /(?:^|_)(?:oauth|oauth2|app|integration|token|scope|client|consent|session|federation|idp|saml|trust|mailbox|tenant|directory|user|member|role|permission|account|access|collaborator|group|privilege|polic(?:y|ies)|team|owner|admin|iam|principal|identity|employee|customer|self|me|profile|service_account|binding|org|organization|workspace|project|repo)(?:s|_|$)/;
const KEY_TOOL = /(?:^|_)(?:create|generate|issue|add|new|rotate)_(?:\w{1,20}_)?(?:access_key|api_key|service_account_key|login_profile|personal_access_token|access_token|deploy_key|ssh_key|secret_key|pat|credential|api_token|token|app_password|service_token|bot_token|oauth_token|refresh_token)s?$/;
const SAFEGUARD_TOOL = /(?:^|_)(?:disable|stop|delete|turn_off|remove|pause|suspend|deactivate|bypass)_(?:\w{1,20}_)?(?:mfa|2fa|two_factor|otp|logging|log_?s?|audit\w*|audit_log|trail|cloudtrail|alarm|alert|alerting|monitoring|firewall|waf|guardduty|detector|defender|antivirus|edr|branch_protection|protection|security_hub|flow_logs|rate_limit|policy_enforcement|approval)s?(?:_|$)/;

/** Calls that take Kubernetes objects. */
const CLUSTER_TOOL = /(?:^|_)(?:k8s|kube\w*|kubernetes|cluster|rbac|manifest|openshift|oc)s?(?:_|$)/;
const PUTS = /(?:^|_)(?:create|apply|patch|replace|update|put|upsert|deploy|set|edit)(?:_|$)/;

/** An administrator’s role by how its name ends: `Organization Owner`, `billing_admin`, `admin:org`. */
const ADMIN_ROLE = /^(?:[\w ./-]{0,40}[ _.:/-])?(?:owners?|admin(?:istrator)?s?|root|super[ _-]?users?|sys[ _-]?admins?|super[ _-]?admin(?:istrator)?s?|cluster-admin|masters|full[ _-]?(?:access|control)|all[ _-]?(?:privileges|permissions|scopes))(?::(?:\*|all|org|write|enterprise|[a-z]{2,12}_hook))?$/i;
const NO_ADMIN_ROLE = /^(?:product|process|data|document|task|record|content|story|feature|risk|budget|file|asset|business|service|code|event|list|item|pet|car|home|house|dog|cat|shop|store)[ _-]owners?$/i;

/** Whether a role, policy or permission of this name lets its holder do anything. */
export const isAdminRight = (text: string): boolean => WORDS.has(text.toLowerCase().replace(/^arn:aws:iam::aws:policy\//, '')) || (ADMIN_ROLE.test(text) && !NO_ADMIN_ROLE.test(text)) || /^roles\/(?:owner|editor|iam\.\w*(?:admin|tokencreator)|resourcemanager\.\w*admin)$/i.test(text);

type Kind = Readonly<{ changes: boolean; makes: boolean; keys: boolean; safeguards: boolean; cluster: boolean; elevates: boolean; settings: ReturnType<typeof kindOfSettings> }>;
const NO_KIND: Kind = { changes: false, makes: false, keys: false, safeguards: false, cluster: false, elevates: false, settings: undefined };

/** Tools that lend somebody another one’s rights. */
const ELEVATES = /(?:^|_)(?:elevate|escalate|impersonate|become|sudo|break_glass|assume_role|switch_user|run_as|activate_role|pim|grant_self|request_admin)(?:_|$)/;

let last: Readonly<{ tool: string; kind: Kind }> = { tool: '', kind: NO_KIND };

/** What a tool does, by its name; the last answer is kept for the other fields of the call. */
function kindOf(tool: string): Kind {
  if (last.tool === tool) return last.kind;
  const name = words(tool);
  const subject = SUBJECT.test(name);
  last = { tool, kind: { changes: subject && CHANGES.test(name), makes: subject && MAKES.test(name), keys: KEY_TOOL.test(name), safeguards: SAFEGUARD_TOOL.test(name), cluster: CLUSTER_TOOL.test(name) && PUTS.test(name), elevates: ELEVATES.test(name), settings: kindOfSettings(name) } };
  return last.kind;
}

/** A part of an object that stands for a right: `"role": {"type": "SUPER_ADMIN"}`. */
const RIGHT_OBJECT = /\/(?:roles?|permissions?|groups?|access|privileges?|polic(?:y|ies)|roleRef|role_?definition)(?:\/\d+)?\/(?:type|name|id|key|value|label|display_?name|slug)$/i;

/** Every verb of a cluster role, its administrator’s role, or the host’s root folder for a pod. */
function isClusterRight(text: string, { path, field }: Place): boolean {
  if (text === '*') return field === 'verbs' && /\/rules\/\d+\/verbs\//.test(path);
  if (text === '/') return field === 'path' && /\/hostPath\/path$/.test(path);
  return text === 'cluster-admin' ? /\/roleRef\/name$/.test(path) : text === 'system:masters' && /\/subjects\/\d+\/name$/.test(path);
}

/** Longer ones are no names of rights, and no names at all. */
const MAX_RIGHT = 64;
const MAX_NAME = 253;

/** Short values of calls that change who may do what. */
export const rightsGiven: Analyser = {
  name: 'platform.rights-given',
  rules: [adminRole, adminMade, keyMade, safeguardOff, ...settingRules],
  roles: ['value', 'address', 'prose', 'host', 'code', 'path'],
  literals: [],
  analyse(view) {
    const { text, place } = view;
    if (text.length > MAX_NAME) return;
    const { changes, makes, keys, safeguards, cluster, elevates, settings } = kindOf(place.tool);
    if (settings && place.beside) tellSettings(view, settings);
    if (text.length > MAX_RIGHT) return;
    if (elevates && isAdminRight(text.trim())) view.report(adminRole, 0, text.length);
    if (cluster && isClusterRight(text, place)) {
      view.report(adminRole, 0, text.length);
      return;
    }
    if (!changes && !makes && !keys && !safeguards) return;
    if ((text === 'allUsers' || text === 'allAuthenticatedUsers') && (changes || makes) && /^members?$|principal/.test(place.field)) view.report(adminRole, 0, text.length);
    const right = isAdminRight(text.trim());
    if (safeguards) view.report(safeguardOff, 0, text.length);
    if (keys && /^(?:user|user_?name|account|service_account|name|user_id|owner|principal|email|title)$/.test(place.field)) view.report(right || /(?:^|[-_.@/])(?:admin\w{0,10}|root|owner|superuser|terraform)(?:[-_.@/]|$)/i.test(text) ? adminRole : keyMade, 0, text.length);
    if (keys && right && RIGHT_FIELD.test(place.field)) view.report(adminRole, 0, text.length);
    if (!right || !(RIGHT_FIELD.test(place.field) || RIGHT_OBJECT.test(place.path))) {
      if ((changes || makes) && text === '*' && place.field === 'action') view.report(adminRole, 0, 1);
      return;
    }
    view.report(changes ? adminRole : adminMade, 0, text.length);
  },
};

export const hostFoldersMounted: PatternRule = {
  ...hostFolder,
  roles: ['value', 'path', 'code', 'shell'],
  literals: ['/:/', '/etc:/', '/root:/', '/proc:/', 'docker.sock:', '/var/run:/', '/home:/'],
  pattern: /^\s*(?:\/|\/etc|\/root|\/proc|\/var\/run|\/var\/run\/docker\.sock|\/home):\/[\w./-]{1,100}(?::[a-z,]{1,10})?\s*$/,
  accepts: (_, { text, place }) => text.length < 300 && /(?:^|_)(?:volume|bind|mount)s?$/.test(place.field),
};

const IAM_TOOL = /(?:^|_)(?:iam|polic(?:y|ies)|role|permission|grant|access|bucket|trust|kubectl|kubernetes|k8s|kube|manifest|helm|apply|aws|gcp|gcloud|azure|cloud|okta|entra)(?:s|_|$)/;

/** A policy that allows everything on everything. */
export const adminPolicy: Analyser = windowed(
  {
  ...ruleOf(
    'rights.admin-policy', 'privilege_escalation', 'high', 'a cloud policy that allows every action on every resource, or anybody to take a role', call('iam_put_policy', { user: 'ci', policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' }),
    call('iam_put_policy', { user: 'ci', policy: '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}]}' }), `${T}T1098.003`,
  ),
  roles: ['value', 'prose', 'code', 'markup', 'shell', 'secret', 'path'],
  literals: ['"action', "'action", 'action":', 'action\\"', 'administratoraccess', 'iamfullaccess', '"principal', 'notaction', 'roles/owner', 'roles/iam.', 'cluster-admin', 'hostpid', 'verbs', '8e3af657-', '18d7d88d-', '62e90394-', 'e8611ab8-'],
  before: 200,
  after: 300,
  pattern: /\\?["']?(?:Effect\\?["']?\s*:\s*\\?["']Allow\\?["'][^{}]{0,200}\\?["'](?:Not)?Action\\?["']?\s*:\s*\[?\s*\\?["'](?:\*|\*:\*|iam:\*|sts:\*|organizations:\*)\\?["']|(?:Not)?Action\\?["']?\s*:\s*\[?\s*\\?["'](?:\*|\*:\*|iam:\*)\\?["'][^{}]{0,200}Effect\\?["']?\s*:\s*\\?["']Allow|Principal\\?["']?\s*:\s*(?:\{\s*\\?["']AWS\\?["']\s*:\s*)?\[?\s*\\?["']\*\\?["']\s*\]?\s*\}?[^{}]{0,200}(?:sts:AssumeRole|Action\\?["']?\s*:\s*\\?["'](?:\*|s3:\*)))|roleRef:[^]{0,120}name:\s*["']?cluster-admin|(?:resources|apiGroups)\\?["']?\s*:\s*(?:\[\s*\\?["']\*\\?["']\s*\]|-\s*["']\*["'])\s*,?\s*\\?["']?verbs\\?["']?\s*:\s*(?:\[\s*\\?|-\s*)["']\*|\b(?:8e3af657-a8ff-443c-a75c-2fe8c4bcb635|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9|62e90394-69f5-4237-9190-012177145e10|e8611ab8-c189-46e8-94e1-60213ab1f814)\b|hostPID:\s*true|policy\/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess)\b|["']?role["']?\s*:\s*["']roles\/(?:owner|iam\.\w*admin)["']/i,
  },
  (place) => place.file === '' && IAM_TOOL.test(words(place.tool)),
);

/** A policy, as text, by which everybody reads a store; a condition may narrow it. */
export const anybodyReads: Analyser = windowed(
  {
    ...ruleOf(
      'rights.anybody-reads', 'network_exfiltration', 'high', 'a policy that lets everybody read a bucket, queue or registry', call('s3_put_bucket_policy', { bucket: 'a', policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}]}' }),
      call('s3_put_bucket_policy', { bucket: 'a', policy: '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}]}' }), `${T}T1530`,
    ),
    roles: ['value', 'prose', 'code', 'markup'],
    literals: ['"principal', "'principal", 'principal\\"'],
    before: 160,
    after: 300,
    pattern: /Effect\\?["']\s*:\s*\\?["']Allow\\?["'][^{}]{0,160}Principal\\?["']\s*:\s*(?:\{\s*\\?["']AWS\\?["']\s*:\s*)?\[?\s*\\?["']\*\\?["']\s*\]?\s*\}?[^{}]{0,120}(?:s3|sqs|sns|ecr|kms|lambda|secretsmanager|es):(?:Get|List|Receive|Describe|BatchGet|Download|Decrypt|Invoke)\w{0,24}(?![^{}]{0,260}Condition)/i,
  },
  (place) => place.file === '' && IAM_TOOL.test(words(place.tool)),
);

/** An object for a cluster in a file, whose container leaves for its host. */
export const hostTakenByManifest: Analyser = windowed(
  {
    ...ruleOf(
      'rights.host-taken', 'privilege_escalation', 'high', 'a file with a pod that mounts the host’s root folder and enters it or has all its rights', write('k8s/x.yaml', 'kind: Pod\nspec:\n  containers:\n  - command: ["chroot", "/host", "sh"]\n    securityContext: {privileged: true}\n  volumes: [{name: h, hostPath: {path: /}}]\n'),
      write('k8s/exporter.yaml', 'kind: DaemonSet\nspec:\n  hostPID: true\n  containers:\n  - args: ["--path.rootfs=/host"]\n  volumes: [{name: h, hostPath: {path: /}}]\n'), `${T}T1611`,
    ),
    roles: ['code', 'value', 'prose', 'shell'],
    literals: ['hostpath'],
    before: 1_600,
    after: 1_200,
    pattern: /(?:\bchroot["',\s]{1,6}\/(?:host|mnt|rootfs|node)|\bnsenter\b)[^]{0,1500}?hostPath["']?\s*:\s*\{?\s*["']?path["']?\s*:\s*["']?\/["']?\s*[}\n,]|hostPath["']?\s*:\s*\{?\s*["']?path["']?\s*:\s*["']?\/["']?\s*[}\n,][^]{0,1100}?(?:\bchroot["',\s]{1,6}\/(?:host|mnt|rootfs|node)|\bnsenter\b)/i,
  },
  (place) => !/\.(?:md|rst|txt|adoc)$/.test(place.file),
);

/** The same in a file: to be looked at before it is applied. */
export const adminPolicyWritten: Analyser = windowed(
  {
  ...ruleOf(
    'rights.admin-policy-written', 'privilege_escalation', 'medium', 'a file with a policy or binding that gives every right', write('infra/policy.json', '{"Effect":"Allow","Action":"*","Resource":"*"}'), write('infra/policy.json', '{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}'), `${T}T1098.003`,
  ),
  roles: ['code', 'value', 'prose', 'markup'],
  literals: ['"action', 'actions', 'cluster-admin', 'hostpid', 'privileged: true', 'administratoraccess', 'roles/owner', '"privileged"'],
  before: 160,
  after: 200,
  pattern: /Effect["']?\s*[:=]\s*["']Allow["'][^{}]{0,160}Actions?["']?\s*[:=]\s*\[?\s*["']\*["']|Actions?["']?\s*[:=]\s*\[?\s*["']\*["'][^{}]{0,160}Effect["']?\s*[:=]\s*["']Allow|actions\s*=\s*\[\s*["']\*["']|roleRef:[^]{0,120}name:\s*["']?cluster-admin|hostPID:\s*true|policy\/AdministratorAccess|roles\/owner["']/i,
  },
  (place) => place.file !== '' && !/\.(?:md|rst|txt|adoc)$/.test(place.file),
);

const GRANT_RULE = ruleOf(
  'rights.database-admin', 'privilege_escalation', 'high', 'administrator’s rights over a database server given out', sql('ALTER ROLE app SUPERUSER CREATEROLE;'), sql('GRANT SELECT ON orders TO reporting;'), `${T}T1098`,
);

/** Tools that run statements, whatever their field is called. */
const RUNS_SQL = /(?:^|_)(?:run|exec|execute)_?(?:t?sql|plsql|psql|quer(?:y|ies)|statements?|ddl)(?:_|$)|(?:sql|postgres\w*|oracle|database|warehouse|snowflake|bigquery|redshift|dwh|db)_(?:query|run|exec\w*|batch|statement)(?:_|$)/;

export const databaseAdmin: Analyser = windowed(
  {
  ...GRANT_RULE,
  roles: ['sql', 'shell', 'code', 'value', 'prose'],
  literals: ['grant ', 'superuser', 'sysadmin', 'createrole', 'bypassrls', 'addsrvrolemember', 'pg_read_server_files', 'pg_execute_server', 'is_admin', "role='admin", "role = 'admin", "'admin'", 'userauth', "'superadmin'", "'owner'", "_admin'"],
  before: 160,
  after: 200,
  pattern:
    /\bgrant\s+all(?:\s+privileges)?\s+on\s+\*\s*\.\s*\*\s+to\b|\bgrant\b[^;]{1,120}\bwith\s+(?:grant|admin)\s+option\b|\b(?:alter|create)\s+(?:role|user)\s+[^;]{1,100}\b(?:superuser|createrole|bypassrls|replication)\b(?<!no(?:superuser|createrole|bypassrls|replication))|\bgrant\s+(?:dba|sysdba|sysadmin|rds_superuser|pg_read_server_files|pg_write_server_files|pg_execute_server_program|exempt\s+access\s+policy|(?:execute|select|create|alter|drop|delete|update|insert|become)\s+any\s+\w{3,12}|alter\s+system|become\s+user|grant\s+any\s+(?:role|privilege|object\s+privilege)|accountadmin|securityadmin|super|file|all\s+privileges\s+on\s+all)\b[^;]{0,80}\bto\b|sp_addsrvrolemember|\binsert\s+into\s+[\w."[\]`]{0,40}(?:roles?|admins?|permissions?|grants?|privileges?|memberships?|group_members?|acl)\b[^;]{0,200}'(?:[a-z_]{0,20}admin|administrator|superadmin|root|owner|superuser|sudo)'|alter\s+server\s+role\s+\[?(?:sysadmin|securityadmin)\]?\s+add\s+member|\bupdate\s+[\w."[\]`]{1,60}\s+set\s+[^;]{0,120}\b(?:role|is_admin|is_superuser|is_staff|admin|user_role|access_level|permissions)\s*=\s*(?:'(?:admin|administrator|superadmin|root|owner|superuser)'|true|1\b)/i,
  },
  (place) => place.role === 'sql' || place.role === 'shell' || (place.file === '' && (place.role === 'code' || RUNS_SQL.test(words(place.tool)))),
);


import { call, ruleOf } from '../examples.ts';
import type { Budget } from '../../budget.ts';
import { remembering } from '../../remembering.ts';
import type { Rule, View } from '../../rule.ts';
import { jsonOf } from './json-of.ts';
import { words } from '../../tool-reading.ts';
import { destinationOf, isSuspect } from '../destination.ts';
import { FREE_MAIL } from './free-mail.ts';

const T = 'MITRE ATT&CK ';
const safeguardSet = ruleOf(
  'settings.safeguard-off', 'privilege_escalation', 'high', 'a switch of a call that takes away a review, a second factor, an audit log or another safeguard', call('update_branch_protection', { repo: 'acme/shop', branch: 'main', allow_force_pushes: true, enforce_admins: false }),
  call('update_branch_protection', { repo: 'acme/shop', branch: 'main', required_reviews: 2, enforce_admins: true }), `${T}T1562, T1556`,
);
const openToAll = ruleOf(
  'settings.open-to-all', 'privilege_escalation', 'high', 'every port, or one for administration or data, opened to all addresses', call('update_security_group', { group: 'sg-1', ingress: [{ protocol: 'tcp', cidr: '0.0.0.0/0', from: 22, to: 22 }] }),
  call('update_security_group', { group: 'sg-1', ingress: [{ protocol: 'tcp', cidr: '0.0.0.0/0', from: 443, to: 443 }] }), `${T}T1562.007`,
);
const anybodyAllowed = ruleOf(
  'settings.anybody-allowed', 'network_exfiltration', 'high', 'a policy that lets anybody read or write a store', call('put_bucket_policy', { bucket: 'a', policy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }] } }),
  call('put_bucket_policy', { bucket: 'a', policy: { Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:role/app' }, Action: 's3:GetObject' }] } }), `${T}T1530`,
);
const madePublic = ruleOf(
  'settings.made-public', 'network_exfiltration', 'high', 'a private repository, or a file, folder or report of people or money, made readable for anybody', call('drive_share', { file: 'payroll-2026.xlsx', type: 'anyone', role: 'reader' }), call('drive_share', { file: 'team-photo.jpg', type: 'anyone', role: 'reader' }), `${T}T1567, T1537`,
);
const sharedOutside = ruleOf('settings.shared-outside', 'network_exfiltration', 'high', 'a file, folder or report of people or money shared with a free mailbox or doubtful host', call('share_document', { document: 'payroll-2026', email: 'x@proton.me', role: 'reader' }), call('share_document', { document: 'payroll-2026', email: 'lena@example.com', role: 'reader' }), `${T}T1567`);
const replicatedOut = ruleOf('settings.replicated-out', 'network_exfiltration', 'high', 'a bucket copied from now on, or an image or snapshot given, to another account', call('put_bucket_replication', { bucket: 'a', rules: [{ destination: { bucket: 'arn:aws:s3:::b', account: '111122223333' } }] }), call('get_bucket_replication', { bucket: 'a' }), `${T}T1537`);
const openlyShared = ruleOf('settings.openly-shared', 'network_exfiltration', 'medium', 'something made readable for anybody who has the link', call('drive_share', { file: 'team-photo.jpg', type: 'anyone', role: 'reader' }), call('drive_share', { file: 'team-photo.jpg', type: 'user', email: 'lena@example.com' }), `${T}T1537`);
const handedOver = ruleOf('settings.handed-over', 'privilege_escalation', 'high', 'the ownership of a repository, project, domain or workspace handed to somebody else', call('github_transfer_repository', { repo: 'acme/shop', new_owner: 'lena-x' }), call('transfer_ticket', { ticket: 'T-1', new_owner: 'lena' }), `${T}T1098`);
const writingKey = ruleOf('settings.writing-key', 'persistence', 'high', 'a key added that may write to a repository, or log in as root', call('add_deploy_key', { repo: 'acme/shop', title: 'ci', read_only: false }), call('add_deploy_key', { repo: 'acme/shop', title: 'ci', read_only: true }), `${T}T1098.004`);
const hostRights = ruleOf(
  'settings.host-rights', 'privilege_escalation', 'high', 'a container started with all rights of its host by a call', call('run_container', { image: 'alpine', privileged: true, pid_mode: 'host' }), call('run_container', { image: 'alpine', privileged: false, network: 'bridge' }), `${T}T1611`,
);

const adminSwitch = ruleOf('settings.admin-switch', 'privilege_escalation', 'high', 'a switch of a call that makes an account an administrator', call('update_user', { id: 'u-1', email: 'a@example.com', is_superuser: true }), call('update_user', { id: 'u-1', email: 'a@example.com', is_superuser: false }), `${T}T1098`);
const nameTunnel = ruleOf('settings.name-tunnel', 'network_exfiltration', 'high', 'data carried out in a long name that is looked up', call('dns_lookup', { name: '4d5a900003000000040000ffff0000b80000.t.example.net' }), call('dns_lookup', { name: 'api.staging.example.net' }), `${T}T1048.003`);
const guardStopped = ruleOf('settings.guard-stopped', 'privilege_escalation', 'high', 'a policy, guard or detector switched off by name', call('policy.disable', { id: 'guard-prod' }), call('policy.list', { id: 'guard-prod' }), `${T}T1562`);

export const settingRules: readonly Rule[] = [adminSwitch, nameTunnel, guardStopped, safeguardSet, openToAll, anybodyAllowed, madePublic, sharedOutside, replicatedOut, openlyShared, handedOver, writingKey, hostRights];

type Fields = Readonly<Record<string, unknown>>;
type Look = (beside: Fields, view: View) => Rule | undefined;

const MAX_FIELDS = 32;
type Entries = readonly (readonly [name: string, value: unknown])[];

const MAX_REMEMBERED = 2_048;
/** Names come back again and again. */
const nameOf = remembering(MAX_REMEMBERED, 64, (key) => key.toLowerCase().replace(/[^a-z0-9]/g, ''));

const read = (fields: Fields): Entries => Object.keys(fields).slice(0, MAX_FIELDS).map((key) => [nameOf(key), fields[key]]);

/**
 * The object whose strings are looked at: each of them asks for its fields, and for what its switches say, once for each look. Kept for one scan, known by its budget:
 * in the next the same object may hold something else.
 */
let last: { readonly budget: Budget; readonly fields: Fields; readonly entries: Entries; weakened?: Readonly<{ rule: Rule | undefined }> } | undefined;

const entriesOf = (fields: Fields): Entries => (last?.fields === fields ? last.entries : read(fields));

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200;

/** Switches, their names without blanks, that guard something while they are on. */
const GUARD = /(?:mfa|2fa|twofactor|multifactor|audit|secretscanning|pushprotection|guardduty|cloudtrail|blockpublic|restrictpublic|ignorepublicacls|publicaccessblock|requireapproval|approvalrequired|requirereviews?|requiresapproval|enforceadmins|enforcemfa|firewall|waf$|antivirus|realtimeprotection|edr$|requireauth|authrequired|authentication$|requiresignature|signedcommits|verifysignature|branchprotection|sandbox|confinement|guardrails?|policyenforcement|iprestriction|ipallowlist|confirmationrequired|requireconfirmation|humanapproval|humanintheloop)/;
/** Switches that guard nothing any more while they are on. */
const UNGUARD = /^bypass(?!cache|cdn|proxy|queue|throttl|ratelimit|buffer|css|csp|lock)\w+$|^(?:skip|disable|ignore|override|suppress|turnoff|without|no)(?:all)?(?:approvals?|mfa|2fa|audit\w*|polic(?:y|ies)|guardrails?|safety\w*|authori[sz]ation|permissions?|permissionchecks?|security\w*|reviews?|sandbox|confirmations?|humanapproval|restrictions|accesscontrol|signatureverification)$|^(?:allowforcepush(?:es)?|allowdeletions|anonymousaccess|allowanonymous|publicaccess|dangerouslyskippermissions|autoapprove(?:all)?|allowall|unrestricted|godmode|sudomode|superusermode)$/;
const REVIEWS = /^(?:required(?:approving)?(?:pullrequest)?reviews?(?:count)?|requiredapprovals?|requiredreviewers|approvalsrequired|minapprovals|requiredstatuschecks)$/;

/** Tools for what guards: `update_policy`, `firewall.set`. */
const GUARD_TOOL = /(?:^|_)(?:polic(?:y|ies)|guards?|guardrails?|firewalls?|waf|mfa|2fa|audit|trail|detectors?|protection|defender|edr|antivirus|dlp|conditional_access|metric_alarms?|cloudwatch|siem|guardduty|scp|organization_policy|compliance)(?:_|$)/;

const STATES = new Set(['status', 'state', 'mode', 'enforcement']);

const safeguards: Look = (beside, { place: { tool } }) => {
  if (last?.fields !== beside) return weakens(beside, tool);
  last.weakened ??= { rule: weakens(beside, tool) };
  return last.weakened.rule;
};

function weakens(beside: Fields, tool: string): Rule | undefined {
  let weakened = 0;
  for (const [key, value] of entriesOf(beside)) {
    if (value === false && GUARD.test(key) && !/^enforceadmins$/.test(key)) return safeguardSet;
    if (value === true && UNGUARD.test(key)) return safeguardSet;
    if (((key === 'enabled' && value === false) || (key === 'disabled' && value === true) || (STATES.has(key) && /^(?:disabled?|off|inactive|paused|suspended|none|permissive|audit_only|log_only)$/i.test(String(value)))) && GUARD_TOOL.test(words(tool))) return safeguardSet;
    if ((value === false && key === 'enforceadmins') || ((value === null || value === 0 || value === false) && REVIEWS.test(key))) weakened += 1;
  }
  return weakened > 1 ? safeguardSet : undefined;
}

const ALL_ADDRESSES = /^(?:0\.0\.0\.0\/0|::\/0|0\.0\.0\.0|\*|any|all|internet|everyone)$/i;
const GUARDED_PORTS: ReadonlySet<number> = new Set([21, 22, 23, 135, 139, 445, 1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5601, 5900, 5984, 5985, 5986, 6379, 6443, 8086, 9042, 9200, 10250, 11211, 27017]);

const openings: Look = (beside, { text }) => {
  if (!ALL_ADDRESSES.test(text)) return undefined;
  const ports: number[] = [];
  let every = false;
  let named = false;
  for (const [key, value] of entriesOf(beside)) {
    if (/protocol/.test(key) && /^(?:-1|all|any|\*)$/i.test(String(value))) every = true;
    if (!/port|^from$|^to$|range/.test(key)) continue;
    named = true;
    if (/^(?:-1|all|any|\*|0-65535|1-65535)$/i.test(String(value))) every = true;
    else for (const [port] of (Array.isArray(value) ? value.slice(0, 16).join(',') : String(value)).slice(0, 200).matchAll(/\d{1,5}/g)) ports.push(Number(port));
  }
  if (ports.length > 1 && Math.max(...ports) - Math.min(...ports) > 10_000) every = true;
  return every || ports.some((port) => GUARDED_PORTS.has(port)) || (!named && /^(?:0\.0\.0\.0\/0|::\/0)$/.test(text) && ports.length === 0 && !('protocol' in beside)) ? openToAll : undefined;
};

/** `Principal: "*"`, `{AWS: "*"}`, `["*"]`; a condition beside it narrows it. */
function isAnybody(principal: unknown): boolean {
  if (principal === '*' || principal === 'allUsers' || principal === 'allAuthenticatedUsers') return true;
  if (Array.isArray(principal)) return principal.slice(0, 16).some((one) => one === '*' || one === 'allUsers');
  return typeof principal === 'object' && principal !== null && Object.values(principal).slice(0, 4).some(isAnybody);
}
const policies: Look = (beside, { text, place }) => {
  const fields = Object.fromEntries(entriesOf(beside));
  if ((text === 'Allow' || /(?:^|_)add_permission(?:_|$)/.test(words(place.tool))) && isAnybody(fields['principal']) && fields['condition'] === undefined) return anybodyAllowed;
  return /^public-read(?:-write)?$|^authenticated-read$|^(?:AllUsers|AuthenticatedUsers)$/.test(text) || (isText(fields['uri']) && /AllUsers$/.test(fields['uri'])) ? anybodyAllowed : undefined;
};

const ANYBODY = /^(?:anyone|any_?one_with_?(?:the_?)?link|anyone with (?:the )?link|public|everyone|all_?users|world|internet|open|unlisted|anonymous|public_to_web|published)$/i;
const PRIVATE_THING = /customer|client|employee|payroll|salar|contract|invoice|patient|member|billing|financ|\btax|passport|credential|secret|passw|private|confidential|wallet|personnel|payment|medical|internal|\bhr\b|board|legal|merger|acquisition|budget|forecast|strategy|\bprod\b|production|backup|dump|database|export|\.env|keys?\b|infra\b|payments|incident|audit|security|nda\b|complaint|health|lead[s_]|crm/i;

const sharing: Look = (beside, view) => {
  const entries = entriesOf(beside);
  const open = entries.some(([key, value]) => (isText(value) && ((/^publicaccess$/.test(key) && /^(?:container|blob)$/i.test(value)) || ANYBODY.test(value)) && /^(?:publicaccess|type|visibility|access|scope|sharing|audience|permission|who|sharewith|sharedwith|with|generalaccess|linkaccess|mode|to|acl|level|privacy|granteetype|principal|(?:requested|link|default|shared?|new)visibility|linktype|linkscope|sharescope|viewers?)$/.test(key)) || (value === true && /^(?:public|ispublic|makepublic|anyonewithlink|publiclink|published|worldreadable|publiclyaccessible|publicaccess|publicshare|sharetoweb|publishedtoweb|allowsearchengines|allowpublic|anonymousaccess|allowanonymous|guestaccess)$/.test(key)) || (value === false && /^(?:private|isprivate|restricted)$/.test(key)));
  const around = view.place.around ? entriesOf(view.place.around) : [];
  if (!open) return isOutside(view.text) && [...entries, ...around].some(([, value]) => isText(value) && value !== view.text && PRIVATE_THING.test(value)) ? sharedOutside : undefined;
  if (/(?:^|[_.-])repo|gitlab|github|bitbucket|gitea/i.test(view.place.tool) || entries.some(([key]) => /^(?:repo|repository)$/.test(key))) return /(?:create|new|fork|init)/i.test(view.place.tool) ? undefined : madePublic;
  if (entries.some(([key, value]) => value === true && key === 'publiclyaccessible')) return madePublic;
  return [...entries, ...around].some(([, value]) => isText(value) && PRIVATE_THING.test(value)) ? madePublic : openlyShared;
};

const isOutside = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  return at > 0 && /^[\w.+'-]{1,64}@[\w.-]{3,253}$/.test(text) && (FREE_MAIL.test(text) || isSuspect(destinationOf(text.slice(at + 1))));
};
const replications: Look = (beside, { text }) => (/^arn:aws:s3:::/.test(text) && entriesOf(beside).some(([key, value]) => /^account(?:id)?$/.test(key) && /^\d{12}$/.test(String(value))) ? replicatedOut : undefined);

/** What changes hands: a task or a ticket may. */
const ESTATE = /^(?:repo|repository|repositoryid|project|projectid|domain|workspace|org|organization|bucket|drive|database|app|appid|site|namespace|tenant|zone|channel)$/;
const handing: Look = (beside, { place }) =>
  /^(?:new_?(?:owner|admin|namespace|organization|org|account)|to(?:_user|_org|_account|_owner|_namespace)?|target(?:_owner|_org|_account|_namespace)?|owner|recipient|destination_account|transfer_to)$/.test(place.field) && (/transfer/.test(words(place.tool)) || entriesOf(beside).some(([key]) => ESTATE.test(key))) ? handedOver : undefined;

const keys: Look = (beside) => (entriesOf(beside).some(([key, value]) => (value === false && /^(?:readonly|isreadonly)$/.test(key)) || (value === true && /^(?:canpush|write|allowwrite|writeaccess|allowpush)$/.test(key)) || (value === 'root' && /^(?:user|username|account|login)$/.test(key))) ? writingKey : undefined);

const containers: Look = (beside, { place, budget }) => {
  const own = entriesOf(beside);
  const outer = place.around ? entriesOf(place.around) : [];
  const context = own.find(([key]) => key === 'securitycontext')?.[1];
  const inner = typeof context === 'object' && context !== null ? entriesOf(context as Fields) : [];
  const isPrivileged = [...own, ...inner].some(([key, value]) => (value === true && key === 'privileged') || (Array.isArray(value) && /^cap(?:s|abilities|add)?$/.test(key) && value.slice(0, 32).some((one) => /^(?:CAP_)?(?:SYS_ADMIN|ALL|SYS_PTRACE|SYS_MODULE)$/i.test(String(one)))));
  if (!isPrivileged) return undefined;
  const shares = [...own, ...outer].some(([key, value]) => (value === true && /^host(?:pid|network|ipc)$/.test(key)) || (value === 'host' && /^(?:pid|pidmode|network|networkmode|ipc|ipcmode|userns|usernsmode|net)$/.test(key)) || (/^(?:volumes?|binds?|mounts?)$/.test(key) && HOST_ROOT.test(jsonOf(value, budget))));
  return shares ? hostRights : undefined;
};
const HOST_ROOT = /"\/:|"(?:path|source|src|hostpath|host_path)":\s*"\/"|docker\.sock|containerd\.sock/i;

const adminSwitches: Look = (beside) => (entriesOf(beside).some(([key, value]) => value === true && /^(?:is)?(?:superuser|superadmin|admin|administrator|root|owner|sysadmin|siteadmin|orgadmin|globaladmin)$/.test(key)) ? adminSwitch : undefined);

/** A label of hex or base64 that is no word, ahead of a domain. */
const lookups: Look = (_, { text }) => (/^(?=[^.]{0,63}\d)(?:[0-9a-f]{24,63}|(?=[^.]{0,63}[a-z])(?=[^.]{0,63}[A-Z])[A-Za-z0-9+/=_]{24,63}|[a-z2-7]{32,63})(?:\.[A-Za-z0-9_-]{1,63}){2,}\.?$/.test(text) && !/\.(?:amazonaws\.com|cloudfront\.net|azure\w*\.\w{2,3}|windows\.net|googleusercontent\.com|cloudapp\.net|akamai\w*\.net|fastly\.net|vercel\.app|netlify\.app|pages\.dev|workers\.dev|run\.app|cluster\.local|internal|in-addr\.arpa|ip6\.arpa)\.?$/i.test(text) ? nameTunnel : undefined);

const stopped: Look = () => guardStopped;

const snapshots: Look = (_, { text, place }) => (/^\d{12}$/.test(text) && /(?:LaunchPermission|CreateVolumePermission|ValuesToAdd|UserIds?|shared_?with)/i.test(place.path) ? replicatedOut : /^all$/i.test(text) && (/(?:LaunchPermission|CreateVolumePermission|ValuesToAdd)/i.test(place.path) || /(?:snapshot|image|disk|backup|ami)/.test(place.tool.toLowerCase())) && /^(?:group|values_to_add|user_ids|group_names|principal|account(?:_ids)?|shared_with|share_with)$/.test(place.field) ? anybodyAllowed : undefined);

/** What a tool’s name says it changes, and how its switches are judged. */
const looks: readonly (readonly [tool: RegExp, look: Look])[] = [
  [/(?:^|_)(?:update|set|change|configure|modify|patch|put|edit|disable|elevate|escalate|merge|assign|grant|approve|toggle|switch|apply|configure)(?:_|$)|(?:^|_)(?:sandbox|agent|policy|guard|approval)_\w{1,30}/, safeguards],
  [/(?:^|_)(?:security_groups?|firewalls?|ingress|inbound|nsg|network_acl|nacl|access_lists?|allow_?lists?|ip_?white_?lists?|authorized_networks?|network_rules?|trusted_ips?|port)(?:_|$)/, openings],
  [/(?:^|_)(?:bucket|storage|s3|blob|object|container|queue|topic|repository|registry|key|lambda|function|ecr|sqs|sns|kms|acl)s?_?(?:policy|policies|acl|permissions?|access|iam)?(?:_|$)/, policies],
  [/(?:^|_)(?:share|shar(?:e_link|ing)|sharepoint|one_?drive|dropbox|create_link|shared_link|invite_(?:external|guest|collaborator|member|user)|add_(?:guest|collaborator|member|viewer|reader)|(?:update|edit|set)_project|project_settings|visibility|publish|permissions?|acl|expose|repo|repository|public_link|access|db_instance|instance|database|dashboard|calendar|container_acl|upload)s?(?:_|$)/, sharing],
  [/(?:^|_)(?:put|create|set|update)_(?:\w{1,20}_)?replications?(?:_|$)/, replications],
  [/(?:^|_)transfer_(?:\w{1,20}_)?(?:repo|repository|repositories|ownership|owner|project|domain|workspace|org|organization|site|app|drive|bucket|channel|tenant|namespace|registration|subscription|zone)s?(?:_|$)|(?:^|_)(?:repo|repository|project|domain|workspace|org|organization|bucket|drive|app|account|zone)_transfer(?:_|$)|(?:^|_)(?:change|set|update|reassign)_(?:\w{1,20}_)?owner(?:ship)?(?:_|$)/, handing],
  [/(?:^|_)(?:add|create|register|upload|import|install|authorize|put)_(?:\w{1,20}_)?(?:deploy|ssh|public|authorized|access)_keys?(?:_|$)/, keys],
  [/(?:^|_)(?:update|set|create|add|invite|patch|edit|modify|change|promote|register|upsert)_(?:\w{1,20}_)?(?:users?|members?|accounts?|profiles?|permissions?|roles?|self|me|employee|principal)(?:_|$)/, adminSwitches],
  [/(?:^|_)(?:dns|resolve\w{0,4}|lookup|dig|nslookup|ping|traceroute|whois|host)(?:_|$)/, lookups],
  [/(?:^|_)(?:polic(?:y|ies)|guards?|guardrails?|firewalls?|waf|mfa|audit|trails?|detectors?|metric_alarms?|protection|defender|edr|antivirus|dlp|approvals?)_(?:disable|stop|delete|pause|suspend|off|bypass|turn_off|deactivate)(?:_|$)/, stopped],
  [/(?:^|_)(?:modify|share|put|add|update|set)_(?:\w{1,12}_)?(?:db_?)?(?:cluster_?)?(?:snapshots?|images?|amis?|disks?|backups?)(?:_|$)|^(?:aws|boto3?|ec2|rds)(?:_(?:api|call|cli|request|invoke|sdk))?$/, snapshots],
  [/(?:^|_)(?:docker|containers?|pods?|podman|compose|ecs|task|kube\w*|k8s|deployments?|daemonsets?|jobs?|workloads?|sandbox|manifest|nomad)(?:_|$)/, containers],
];

/** The looks that a tool’s switches deserve; undefined if none. */
export function kindOfSettings(tool: string): readonly Look[] | undefined {
  const kind = looks.filter(([pattern]) => pattern.test(tool)).map(([, look]) => look);
  return kind.length > 0 && !/^(?:get|list|read|describe|search|find|show|check|query|fetch|count|view|simulate|preview|diff|validate)(?:_|$)/.test(tool) ? kind : undefined;
}

/** Reported on the strings beside the switches: a number or a switch has no text of its own. */
export function tellSettings(view: View, kind: readonly Look[]): void {
  const { beside } = view.place;
  if (!beside || view.decodings.length > 0) return;
  view.budget.spend(64 * kind.length);
  if (last?.budget !== view.budget || last.fields !== beside) last = { budget: view.budget, fields: beside, entries: read(beside) };
  for (const look of kind) {
    const rule = look(beside, view);
    if (rule) view.report(rule, 0, view.text.length);
  }
}

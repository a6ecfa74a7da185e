import { call, ruleOf, sql } from '../examples.ts';
import type { PatternRule } from '../../rule.ts';

/** An object by which a foreign address sees, and may change, every object of a cluster from now on. */
export const foreignAdmission: PatternRule = {
  ...ruleOf(
    'schedules.foreign-admission', 'persistence', 'high', 'a webhook of a cluster’s admission that asks an address outside of it', call('kubectl_apply', { yaml: 'kind: MutatingWebhookConfiguration\nwebhooks: [{name: a, clientConfig: {url: "https://203.0.113.9/m"}}]\n' }),
    call('kubectl_apply', { yaml: 'kind: MutatingWebhookConfiguration\nwebhooks: [{name: a, clientConfig: {service: {name: injector, namespace: mesh}}}]\n' }), 'MITRE ATT&CK T1546; Microsoft, Threat matrix for Kubernetes, Malicious admission controller',
  ),
  roles: ['code', 'value', 'prose', 'shell', 'markup'],
  literals: ['webhookconfiguration'],
  before: 160,
  after: 1_200,
  pattern: /\bkind["']?\s*:\s*["']?(?:Mutating|Validating)WebhookConfiguration\b[^]{0,1000}?\burl["']?\s*:\s*["']?https?:\/\/(?![\w.-]{1,80}\.svc\b|localhost|127\.)/,
  accepts: (_match, { place }) => !/\.(?:md|rst|txt|adoc)$/.test(place.file),
};

/** A procedure that a database server runs whenever it starts. */
export const startupProcedure: PatternRule = {
  ...ruleOf(
    'schedules.startup-procedure', 'persistence', 'high', 'a procedure or job of a database server that is run at its start or starts programs', sql("EXEC sp_procoption @ProcName = 'p', @OptionName = 'startup', @OptionValue = 'on'"),
    sql("SELECT name FROM sys.procedures WHERE OBJECTPROPERTY(object_id, 'ExecIsStartup') = 1"), 'MITRE ATT&CK T1505.001',
  ),
  roles: ['sql', 'shell', 'code'],
  literals: ['sp_procoption', 'sp_add_jobstep', 'dbms_scheduler.create_job'],
  before: 8,
  after: 480,
  pattern: /\bsp_procoption\b[^;]{0,160}?\bstartup\b[^;]{0,60}?(?:'on'|'true'|\b1\b)|\bsp_add_jobstep\b[^;]{0,320}?@subsystem\s*=\s*N?'(?:CmdExec|PowerShell|ActiveScripting)'|\bdbms_scheduler\.create_job\b[^;]{0,320}?'EXECUTABLE'/i,
};

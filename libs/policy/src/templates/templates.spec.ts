import { describe, expect, it } from '@jest/globals';
import { checkPolicyDraft } from '../drafts/check-policy.ts';
import { evaluate } from '../evaluate.ts';
import type { Policy, PolicyAction, ToolCallFacts } from '../policy.ts';
import { compilePolicySet } from '../policy-set.ts';
import { policyTemplates, type TemplateRule } from './templates.ts';

describe('the templates of the product that this one grew from', () => {
  it('are there rule for rule', () => {
    const bare = ({ tool_pattern, action, conditions }: TemplateRule) => ({ tool_pattern, action, ...(conditions && { conditions }) });
    const shown = policyTemplates.slice(0, 4).map(({ id, name, description, rules }) => ({ id, name, description, rules: rules.map(bare) }));
    expect(shown).toEqual([
      {
        id: 'strict-production',
        name: 'Strict Production',
        description: 'Maximum security for production environments',
        rules: [
          { tool_pattern: 'execute_*', action: 'block' },
          { tool_pattern: '*_file', action: 'require_approval' },
          { tool_pattern: 'http_*', action: 'require_approval' },
          { tool_pattern: '*', action: 'allow', conditions: { risk_score_max: 0.3 } },
          { tool_pattern: '*', action: 'require_approval' },
        ],
      },
      {
        id: 'development-permissive',
        name: 'Development Permissive',
        description: 'Allows most operations with warnings',
        rules: [
          { tool_pattern: '*', action: 'warn', conditions: { risk_score_min: 0.5 } },
          { tool_pattern: '*', action: 'allow' },
        ],
      },
      {
        id: 'code-assistant',
        name: 'Code Assistant',
        description: 'Tailored for coding assistants',
        rules: [
          { tool_pattern: 'read_file', action: 'allow' },
          { tool_pattern: 'write_file', action: 'allow' },
          { tool_pattern: 'execute_shell', action: 'block' },
          { tool_pattern: 'http_*', action: 'block' },
        ],
      },
      {
        id: 'financial-compliance',
        name: 'Financial Compliance',
        description: 'PCI-DSS aligned, for financial applications',
        rules: [
          { tool_pattern: '*', action: 'block', conditions: { threat_types: ['pii_exposure'] } },
          { tool_pattern: 'payment_*', action: 'require_approval' },
          { tool_pattern: 'customer_*', action: 'require_approval' },
          { tool_pattern: '*', action: 'allow' },
        ],
      },
    ]);
  });
});

describe.each(policyTemplates.map((template) => [template.id, template] as const))('%s', (id, { rules }) => {
  it('is made of policies that can be used, each with a name of its own and a reason', () => {
    expect(rules.flatMap((rule) => checkPolicyDraft(rule))).toEqual([]);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name, description = '' } of rules) expect([name, description.length > 10 && description.length <= 160]).toEqual([name, true]);
  });

  it('has no rule without a sample call that it decides', () => {
    const decided = new Set(samples.filter(([template]) => template === id).map(([template, facts, , , at]) => judge(template, facts, at).policy?.name));
    expect(rules.map(({ name }) => name).filter((name) => !decided.has(name))).toEqual([]);
  });
});

type Facts = Partial<ToolCallFacts>;
type Sample = readonly [template: string, call: Facts, action: PolicyAction, rule: string | null, at?: number];

const tuesday = Date.UTC(2026, 5, 2, 10);
const saturday = Date.UTC(2026, 5, 6, 10);
const risky = (risk_score: number, ...threat_types: string[]): Facts => ({ risk_score, threat_types });
const call = (tool_name: string, args: Readonly<Record<string, unknown>> = {}, more: Facts = {}): Facts => ({ tool_name, arguments: args, ...more });

const samples: readonly Sample[] = [
  ['strict-production', call('execute_shell'), 'block', 'No execution'],
  ['strict-production', call('read_file'), 'require_approval', 'Files need a person'],
  ['strict-production', call('http_get'), 'require_approval', 'Requests need a person'],
  ['strict-production', call('get_weather', {}, risky(0.3)), 'allow', 'Harmless calls'],
  ['strict-production', call('get_weather', {}, risky(0.31)), 'require_approval', 'All else needs a person'],

  ['development-permissive', call('execute_shell', {}, risky(0.95)), 'warn', 'Risky calls are watched'],
  ['development-permissive', call('execute_shell', {}, risky(0.49)), 'allow', 'All else'],

  ['code-assistant', call('read_file'), 'allow', 'Reading files'],
  ['code-assistant', call('write_file'), 'allow', 'Writing files'],
  ['code-assistant', call('execute_shell'), 'block', 'No shell'],
  ['code-assistant', call('http_post'), 'block', 'No requests'],
  ['code-assistant', call('list_files'), 'allow', null],

  ['financial-compliance', call('payment_create', {}, risky(0.2, 'pii_exposure')), 'block', 'No personal data'],
  ['financial-compliance', call('payment_create'), 'require_approval', 'Payments need a person'],
  ['financial-compliance', call('customer_read'), 'require_approval', 'Customers need a person'],
  ['financial-compliance', call('report_read'), 'allow', 'All else'],

  ['customer-support', call('search_tickets', {}, risky(0.95, 'sql_injection')), 'block', 'Attacks are stopped'],
  ['customer-support', call('reply_ticket', {}, risky(0.8, 'prompt_injection')), 'require_approval', 'Orders hidden in tickets'],
  ['customer-support', call('delete_customer'), 'block', 'No deletions, no exports'],
  ['customer-support', call('export_customers'), 'block', 'No deletions, no exports'],
  ['customer-support', call('send_email', {}, risky(0.5, 'pii_exposure')), 'sanitize', 'Leaks in messages are cleaned'],
  ['customer-support', call('send_email'), 'rate_limit', 'Messages are counted'],
  ['customer-support', call('refund_create', { amount: 50 }), 'rate_limit', 'Small refunds'],
  ['customer-support', call('refund_create', { amount: 50.01 }), 'require_approval', 'All other refunds need a person'],
  ['customer-support', call('refund_create', { amount: '5' }), 'require_approval', 'All other refunds need a person'],
  ['customer-support', call('refund_create', { amount: -1_000 }), 'require_approval', 'All other refunds need a person'],
  ['customer-support', call('refund_create'), 'require_approval', 'All other refunds need a person'],
  ['customer-support', call('update_customer'), 'require_approval', 'Changes to accounts need a person'],
  ['customer-support', call('get_order'), 'allow', 'Looking things up'],
  ['customer-support', call('transfer_money'), 'require_approval', 'All else needs a person'],

  ['devops', call('run_shell', { command: 'rm -rf /' }, risky(0.95, 'destructive_command')), 'block', 'Destruction and ways in'],
  ['devops', call('read_secret', { name: 'db' }), 'require_approval', 'Secrets need a person'],
  ['devops', call('rollback_release', {}), 'require_approval', 'Rollbacks need a person, at any hour', saturday],
  ['devops', call('deploy_service', { environment: 'staging' }), 'rate_limit', 'Test environments', saturday],
  ['devops', call('deploy_service', { environment: 'production' }), 'require_approval', 'Production, in working hours, needs a person', tuesday],
  ['devops', call('deploy_service', { environment: 'production' }), 'block', 'Production rests', saturday],
  ['devops', call('deploy_service', { environment: 'Staging ' }), 'block', 'Production rests', saturday],
  ['devops', call('scale_service'), 'block', 'Production rests', saturday],
  ['devops', call('run_shell', { command: 'kubectl get secret db -o yaml' }), 'require_approval', 'Commands about secrets need a person'],
  ['devops', call('run_shell', { command: 'kubectl get pods -n shop' }), 'allow', 'Commands that only look'],
  ['devops', call('run_shell', { command: 'kubectl get pods; curl x' }), 'require_approval', 'Other commands need a person'],
  ['devops', call('run_shell', { command: 'df $(id)' }), 'require_approval', 'Other commands need a person'],
  ['devops', call('run_shell', { command: 'df\nid' }), 'require_approval', 'Other commands need a person'],
  ['devops', call('list_pods'), 'allow', 'Reading and planning'],
  ['devops', call('list_pods', {}, risky(0.7)), 'require_approval', 'All else needs a person'],
  ['devops', call('create_bucket'), 'require_approval', 'All else needs a person'],

  ['data-analyst', call('run_sql', {}, risky(0.8, 'code_injection')), 'block', 'Attacks are stopped'],
  ['data-analyst', call('run_sql', { query: 'with gone as (delete from t returning *) select * from gone' }), 'require_approval', 'Statements that write need a person'],
  ['data-analyst', call('run_sql', { query: 'EXPLAIN ANALYZE UPDATE t SET a = 1' }), 'require_approval', 'Statements that write need a person'],
  ['data-analyst', call('run_sql', { query: "select * from t where a = '' or 1=1" }, risky(0.8, 'sql_injection')), 'require_approval', 'Injected SQL needs a person'],
  ['data-analyst', call('run_sql', { query: '  select a,\n b from t where updated_at > now();\n' }), 'rate_limit', 'Queries'],
  ['data-analyst', call('run_sql', { query: 'select 1; vacuum' }), 'require_approval', 'All else needs a person'],
  ['data-analyst', call('run_sql', { query: ['select 1'] }), 'require_approval', 'All else needs a person'],
  ['data-analyst', call('send_report', {}, risky(0.5, 'pii_exposure')), 'sanitize', 'Personal data is masked on its way out'],
  ['data-analyst', call('export_table', { rows: 1_000 }), 'allow', 'Small exports'],
  ['data-analyst', call('export_table', { rows: 1_001 }), 'require_approval', 'What leaves needs a person'],
  ['data-analyst', call('export_table'), 'require_approval', 'What leaves needs a person'],
  ['data-analyst', call('create_chart'), 'allow', 'Reading and drawing'],
  ['data-analyst', call('drop_table'), 'require_approval', 'All else needs a person'],

  ['browsing-agent', call('fetch_url', { url: 'http://169.254.169.254/' }, risky(0.8, 'ssrf')), 'block', 'Internal addresses are out of bounds'],
  ['browsing-agent', call('submit_form', {}, risky(0.8, 'network_exfiltration')), 'block', 'Attacks are stopped'],
  ['browsing-agent', call('fill_form', {}, risky(0.5, 'prompt_injection')), 'require_approval', 'Orders from pages need a person'],
  ['browsing-agent', call('execute_script'), 'block', 'No programs'],
  ['browsing-agent', call('click_buy_now'), 'require_approval', 'Money and contracts need a person'],
  ['browsing-agent', call('type_text', {}, risky(0.8, 'credential_exposure')), 'sanitize', 'What it types is cleaned'],
  ['browsing-agent', call('fetch_url', { url: 'https://example.com/' }), 'rate_limit', 'Pages over TLS, at a measured pace'],
  ['browsing-agent', call('fetch_url', { url: 'http://example.com/' }), 'block', 'No other addresses'],
  ['browsing-agent', call('open_page', { url: 'file:///etc/passwd' }), 'block', 'No other addresses'],
  ['browsing-agent', call('open_page', {}), 'block', 'No other addresses'],
  ['browsing-agent', call('submit_form'), 'warn', 'What it sends is watched'],
  ['browsing-agent', call('click_element'), 'allow', 'Looking and clicking'],
  ['browsing-agent', call('solve_captcha'), 'require_approval', 'All else needs a person'],
];

describe('what a template promises', () => {
  it.each(samples.map(([template, facts, action, rule, at = tuesday]) => [template, facts, action, rule, at] as const))('%s: %j is %s, by `%s`', (template, facts, action, rule, at) => {
    const verdict = judge(template, facts, at);
    expect([verdict.action, verdict.policy?.name ?? null, verdict.code]).toEqual([action, rule, undefined]);
  });
});

function judge(template: string, facts: Facts, at: number = tuesday) {
  const rules = policyTemplates.find(({ id }) => id === template)?.rules ?? [];
  const times = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
  const policies = rules.map((rule, place): Policy => ({ ...rule, id: `p${place}`, priority: -place, is_active: true, ...times }));
  const set = compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies });
  return evaluate(set, { tool_name: 't', arguments: {}, risk_score: 0, threat_types: [], ...facts }, at);
}

import type { PolicyTemplate } from './template.ts';

/** Those of the product that this one grew from, rule for rule; names and descriptions of rules are ours. */
export const strictProduction: PolicyTemplate = {
  id: 'strict-production',
  name: 'Strict Production',
  description: 'Maximum security for production environments',
  rules: [
    { name: 'No execution', description: 'Nothing that runs commands or code runs in production.', tool_pattern: 'execute_*', action: 'block' },
    { name: 'Files need a person', description: 'Reading and writing files is seen by a person first.', tool_pattern: '*_file', action: 'require_approval' },
    { name: 'Requests need a person', description: 'What leaves the house is seen by a person first.', tool_pattern: 'http_*', action: 'require_approval' },
    { name: 'Harmless calls', description: 'A low risk score is let go.', tool_pattern: '*', action: 'allow', conditions: { risk_score_max: 0.3 } },
    { name: 'All else needs a person', description: 'What is left has a risk score above 0.3.', tool_pattern: '*', action: 'require_approval' },
  ],
};

export const developmentPermissive: PolicyTemplate = {
  id: 'development-permissive',
  name: 'Development Permissive',
  description: 'Allows most operations with warnings',
  rules: [
    { name: 'Risky calls are watched', description: 'They go on, and stand in the review queue.', tool_pattern: '*', action: 'warn', conditions: { risk_score_min: 0.5 } },
    { name: 'All else', description: 'Development goes on.', tool_pattern: '*', action: 'allow' },
  ],
};

export const codeAssistant: PolicyTemplate = {
  id: 'code-assistant',
  name: 'Code Assistant',
  description: 'Tailored for coding assistants',
  rules: [
    { name: 'Reading files', description: 'What the assistant is for.', tool_pattern: 'read_file', action: 'allow' },
    { name: 'Writing files', description: 'What the assistant is for.', tool_pattern: 'write_file', action: 'allow' },
    { name: 'No shell', description: 'Commands are for the person at the keyboard.', tool_pattern: 'execute_shell', action: 'block' },
    { name: 'No requests', description: 'Code and secrets stay in the house.', tool_pattern: 'http_*', action: 'block' },
  ],
};

export const financialCompliance: PolicyTemplate = {
  id: 'financial-compliance',
  name: 'Financial Compliance',
  description: 'PCI-DSS aligned, for financial applications',
  rules: [
    { name: 'No personal data', description: 'Card numbers and other personal data do not go into tools.', tool_pattern: '*', action: 'block', conditions: { threat_types: ['pii_exposure'] } },
    { name: 'Payments need a person', description: 'Money moves when a person says so.', tool_pattern: 'payment_*', action: 'require_approval' },
    { name: 'Customers need a person', description: 'Customer records are seen by a person first.', tool_pattern: 'customer_*', action: 'require_approval' },
    { name: 'All else', description: 'What concerns neither money nor customers.', tool_pattern: '*', action: 'allow' },
  ],
};

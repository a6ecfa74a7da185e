import { browsingAgent } from './browsing-agent.ts';
import { codeAssistant, developmentPermissive, financialCompliance, strictProduction } from './classics.ts';
import { customerSupport } from './customer-support.ts';
import { dataAnalyst } from './data-analyst.ts';
import { devops } from './devops.ts';
import type { PolicyTemplate } from './template.ts';

export type { PolicyTemplate, TemplateRule } from './template.ts';

export const policyTemplates: readonly PolicyTemplate[] = [strictProduction, developmentPermissive, codeAssistant, financialCompliance, customerSupport, devops, dataAnalyst, browsingAgent];

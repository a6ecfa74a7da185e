import { browsingAgent } from './templates/browsing-agent.ts';
import { codeAssistant, developmentPermissive, financialCompliance, strictProduction } from './templates/classics.ts';
import { customerSupport } from './templates/customer-support.ts';
import { dataAnalyst } from './templates/data-analyst.ts';
import { devops } from './templates/devops.ts';
import type { PolicyTemplate } from './templates/template.ts';

export type { PolicyTemplate, TemplateRule } from './templates/template.ts';

export const policyTemplates: readonly PolicyTemplate[] = [strictProduction, developmentPermissive, codeAssistant, financialCompliance, customerSupport, devops, dataAnalyst, browsingAgent];

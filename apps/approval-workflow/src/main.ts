import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { ApprovalWorkflowEnvironment } from './config.ts';
import { startApprovalWorkflow } from './service.ts';

await runService({
  name: 'approval-workflow',
  config: () => readConfig(ApprovalWorkflowEnvironment, process.env),
  start: (config, context) => startApprovalWorkflow({ config, ...context }),
});

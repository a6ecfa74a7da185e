import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { ApprovalWorkflowEnvironment } from './config.ts';
import { startApprovalWorkflow } from './service.ts';

await runService({
  name: 'approval-workflow',
  start: async ({ log, metrics, shutdown, setLogLevel, startTracing }) => {
    const config = readConfig(ApprovalWorkflowEnvironment, process.env);
    setLogLevel(config.logLevel);
    await startTracing(config.tracing);
    return await startApprovalWorkflow({ config, log, metrics, shutdown });
  },
});

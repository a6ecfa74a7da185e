import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { PolicyAdminEnvironment } from './config.ts';
import { startPolicyAdmin } from './start-policy-admin.ts';

await runService({
  name: 'policy-admin',
  start: async (context) => {
    const config = readConfig(PolicyAdminEnvironment, process.env);
    context.setLogLevel(config.logLevel);
    await context.startTracing(config.tracing);
    return await startPolicyAdmin(config, context);
  },
});

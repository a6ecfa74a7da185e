import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { PolicyAdminEnvironment } from './config.ts';
import { startPolicyAdmin } from './start-policy-admin.ts';

await runService({
  name: 'policy-admin',
  config: () => readConfig(PolicyAdminEnvironment, process.env),
  start: startPolicyAdmin,
});

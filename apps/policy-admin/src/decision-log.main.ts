import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { DecisionLogEnvironment } from './config.ts';
import { startDecisionLog } from './start-decision-log.ts';

await runService({
  name: 'decision-log',
  start: async (context) => {
    const config = readConfig(DecisionLogEnvironment, process.env);
    context.setLogLevel(config.logLevel);
    await context.startTracing(config.tracing);
    return await startDecisionLog(config, context);
  },
});

import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { DecisionLogEnvironment } from './config.ts';
import { startDecisionLog } from './start-decision-log.ts';

await runService({
  name: 'decision-log',
  start: (context) => {
    const config = readConfig(DecisionLogEnvironment, process.env);
    context.setLogLevel(config.logLevel);
    return startDecisionLog(config, context);
  },
});

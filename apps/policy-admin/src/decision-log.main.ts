import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { DecisionLogEnvironment } from './config.ts';
import { startDecisionLog } from './start-decision-log.ts';

await runService({
  name: 'decision-log',
  config: () => readConfig(DecisionLogEnvironment, process.env),
  start: startDecisionLog,
});

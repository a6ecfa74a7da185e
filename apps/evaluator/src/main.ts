import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { EvaluatorEnvironment } from './config.ts';
import { startEvaluator } from './start-evaluator.ts';

await runService({
  name: 'evaluator',
  start: async ({ log, metrics, shutdown, setLogLevel }) => {
    const config = readConfig(EvaluatorEnvironment, process.env);
    setLogLevel(config.logLevel);
    return await startEvaluator({ config, log, metrics, shutdown });
  },
});

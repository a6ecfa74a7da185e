import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { EvaluatorEnvironment } from './config.ts';
import { startEvaluator } from './start-evaluator.ts';

await runService({
  name: 'evaluator',
  start: async ({ log, metrics, shutdown, setLogLevel, startTracing }) => {
    const config = readConfig(EvaluatorEnvironment, process.env);
    setLogLevel(config.logLevel);
    await startTracing(config.tracing);
    return await startEvaluator({ config, log, metrics, shutdown });
  },
});

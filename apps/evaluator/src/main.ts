import 'reflect-metadata';
import { readConfig, runService } from '@holdpoint/runtime';
import { EvaluatorEnvironment } from './config.ts';
import { startEvaluator } from './start-evaluator.ts';

await runService({
  name: 'evaluator',
  config: () => readConfig(EvaluatorEnvironment, process.env),
  start: (config, context) => startEvaluator({ config, ...context }),
});

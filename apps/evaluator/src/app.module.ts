import type { Messaging } from '@holdpoint/messaging';
import type { Logger, Metrics } from '@holdpoint/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import type { EvaluatorConfig } from './config.ts';
import { Decide } from './decisions/decide.ts';
import { DecisionMetrics } from './decisions/decision-metrics.ts';
import { DecisionsController } from './decisions/decisions.controller.ts';
import { EvaluatorHealth } from './policies/evaluator-health.ts';
import type { Lease } from './policies/lease.ts';
import type { PolicySets } from './policies/policy-sets.ts';

export type EvaluatorParts = Readonly<{ config: EvaluatorConfig; messaging: Messaging; sets: PolicySets; lease: Lease; health: EvaluatorHealth; metrics: Metrics; log: Logger }>;

@Module({})
export class AppModule {
  static with({ config, messaging, sets, lease, health, metrics, log }: EvaluatorParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [DecisionsController],
      providers: [
        { provide: Decide, useValue: new Decide(messaging, sets, lease, new DecisionMetrics(metrics), log, config.parkingLimit) },
        { provide: EvaluatorHealth, useValue: health },
      ],
    };
  }
}

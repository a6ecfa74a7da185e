import { Messaging } from '@holdpoint/messaging';
import type { Logger, Metrics } from '@holdpoint/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import type { EvaluatorConfig } from './config.ts';
import { Decide } from './decisions/decide.ts';
import { DecisionMetrics } from './decisions/decision-metrics.ts';
import { DecisionsController } from './decisions/decisions.controller.ts';
import { DryRunsController } from './dry-runs/dry-runs.controller.ts';
import { DecideEvents } from './events/decide-events.ts';
import { EventMetrics } from './events/event-metrics.ts';
import { EventsController } from './events/events.controller.ts';
import { ResumeCalls } from './events/resume-calls.ts';
import { LimitMetrics } from './limits/limit-metrics.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import type { LimitsDatabase } from './limits/limits-database.ts';
import { EvaluatorHealth } from './policies/evaluator-health.ts';
import { Lease } from './policies/lease.ts';
import { PolicySets } from './policies/policy-sets.ts';
import { ScanMetrics } from './scans/scan-metrics.ts';
import { ScansController } from './scans/scans.controller.ts';

export type EvaluatorParts = Readonly<{ config: EvaluatorConfig; messaging: Messaging; sets: PolicySets; lease: Lease; limits: LimitsDatabase; health: EvaluatorHealth; metrics: Metrics; log: Logger }>;

/** Event calls that may be waiting for the approval service at the same time: more than are in hand at once, so that none is put off for lack of a place. */
const eventParkingLimit = 1_024;

@Module({})
export class AppModule {
  static with({ config, messaging, sets, lease, limits, health, metrics, log }: EvaluatorParts): DynamicModule {
    const decisionMetrics = new DecisionMetrics(metrics);
    const limiter: RateLimiter = new RateLimiter(limits, new LimitMetrics(metrics, { waiting: () => limiter.queued, fullPolicies: () => limits.fullPolicies }), log);
    const deciding = (parkingLimit: number) => new Decide(messaging, sets, lease, limiter, decisionMetrics, log, parkingLimit);
    const decideEvents = deciding(eventParkingLimit);
    return {
      module: AppModule,
      controllers: [DecisionsController, DryRunsController, EventsController, ScansController],
      providers: [
        { provide: Decide, useValue: deciding(config.parkingLimit) },
        { provide: DecideEvents, useValue: new DecideEvents({ messaging, decide: decideEvents, lease, metrics: new EventMetrics(metrics), log }) },
        { provide: ResumeCalls, useValue: new ResumeCalls({ messaging, decide: decideEvents, lease, log }) },
        { provide: EvaluatorHealth, useValue: health },
        { provide: Lease, useValue: lease },
        { provide: Messaging, useValue: messaging },
        { provide: PolicySets, useValue: sets },
        { provide: ScanMetrics, useValue: new ScanMetrics(metrics) },
      ],
    };
  }
}

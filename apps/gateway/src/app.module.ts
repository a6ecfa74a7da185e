import { Messaging } from '@holdpoint/messaging';
import { watchHealth, type Logger, type Metrics } from '@holdpoint/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessGuard } from './access/access.guard.ts';
import { AccessStore } from './access/access-store.ts';
import { AccessSync } from './access/access-sync.ts';
import { ApprovalsController } from './approvals/approvals.controller.ts';
import { CallsController } from './calls/calls.controller.ts';
import { Judge } from './calls/judge.ts';
import { OutcomesController } from './calls/outcomes.controller.ts';
import { ChannelsController } from './channels/channels.controller.ts';
import type { GatewayConfig } from './config.ts';
import { DecisionsController } from './decisions/decisions.controller.ts';
import { DocsController } from './docs/docs.controller.ts';
import { DocsPage } from './docs/docs-page.ts';
import { openApiDocument } from './docs/openapi.ts';
import { DryRuns } from './dry-runs/dry-runs.ts';
import { DryRunsController } from './dry-runs/dry-runs.controller.ts';
import { GatewayMetrics } from './health/gateway-metrics.ts';
import { HealthController } from './health/health.controller.ts';
import { Parts } from './health/parts.ts';
import { ApprovalWaits } from './holding/approval-waits.ts';
import { Peers } from './http/peers.ts';
import { NatsDoor } from './nats-door/nats-door.ts';
import { GuardsController } from './management/guards.controller.ts';
import { KeysController } from './management/keys.controller.ts';
import { PoliciesController } from './management/policies.controller.ts';
import { PolicyTemplatesController } from './management/policy-templates.controller.ts';
import { PolicyVersionsController } from './management/policy-versions.controller.ts';
import { ContentScans } from './scans/content-scans.ts';
import { ScansController } from './scans/scans.controller.ts';

export type GatewayNeeds = Readonly<{ config: Pick<GatewayConfig, 'http' | 'tracing'> & Partial<Pick<GatewayConfig, 'nats' | 'door'>>; messaging: Messaging; log: Logger; metrics: Metrics; version: string }>;
export type GatewayParts = Readonly<{
  messaging: Messaging;
  access: AccessGuard;
  sync: AccessSync;
  judge: Judge;
  scans: ContentScans;
  dryRuns: DryRuns;
  waits: ApprovalWaits;
  peers: Peers;
  parts: Parts;
  metrics: GatewayMetrics;
  docs: DocsPage;
  door: NatsDoor;
}>;

/** Puts the gateway together: the only place that knows every class. Nothing runs yet. */
export function assemble({ config, messaging, log, metrics: instruments, version }: GatewayNeeds): GatewayParts {
  const metrics = new GatewayMetrics(instruments);
  const store = new AccessStore();
  const sync = new AccessSync({ messaging, store, log });
  const judge = new Judge({ messaging, liveEvaluators: () => store.liveEvaluators, metrics, log });
  const scans = new ContentScans({ messaging, log });
  const waits = new ApprovalWaits({ messaging, log });
  metrics.watch({ waitingCallers: () => waits.size, queuedCalls: () => judge.queued, keyStoreAgeMs: (nowMs) => store.ageMs(nowMs) });
  const settings = config.door === undefined || config.nats === undefined ? undefined : { ...config.door, servers: config.nats.servers, user: config.nats.user, password: config.nats.password };
  const door = new NatsDoor({ settings, messaging, store, sync, judge, scans, waits, metrics, log });
  const parts = new Parts({ messaging, store, own: () => [door.health] });
  watchHealth(instruments, { parts: () => parts.all(), ready: async () => (await parts.readiness()).ready });
  return {
    messaging,
    access: new AccessGuard({ store, sync, trustedProxies: config.http.trustedProxies }),
    sync,
    judge,
    scans,
    dryRuns: new DryRuns({ messaging, log }),
    waits,
    peers: new Peers(messaging),
    parts,
    metrics,
    docs: new DocsPage(openApiDocument({ version })),
    door,
  };
}

@Module({
  controllers: [CallsController, ScansController, OutcomesController, DecisionsController, PoliciesController, PolicyVersionsController, PolicyTemplatesController, DryRunsController, ApprovalsController, ChannelsController, GuardsController, KeysController, HealthController, DocsController],
})
export class AppModule {
  static with({ messaging, sync, judge, scans, dryRuns, waits, peers, parts, metrics, docs }: GatewayParts): DynamicModule {
    return {
      module: AppModule,
      providers: [
        { provide: Messaging, useValue: messaging },
        { provide: AccessSync, useValue: sync },
        { provide: Judge, useValue: judge },
        { provide: ContentScans, useValue: scans },
        { provide: DryRuns, useValue: dryRuns },
        { provide: ApprovalWaits, useValue: waits },
        { provide: Peers, useValue: peers },
        { provide: Parts, useValue: parts },
        { provide: GatewayMetrics, useValue: metrics },
        { provide: DocsPage, useValue: docs },
      ],
    };
  }
}

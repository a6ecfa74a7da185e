import type { Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Approvals } from './approvals/approvals.repository.ts';
import { ApprovalsController } from './approvals/approvals.controller.ts';
import { ClaimApprovals } from './approvals/claim-approvals.ts';
import { ReadApprovals } from './approvals/read-approvals.ts';
import { ReportVerdicts } from './approvals/report-verdicts.ts';
import type { Seal } from './approvals/seal.ts';
import { SettleApprovals } from './approvals/settle-approvals.ts';
import { ChannelsController } from './channels/channels.controller.ts';
import { ManageChannels } from './channels/manage-channels.ts';
import type { OpenChannels } from './channels/open-channels.ts';
import { ReadDeliveries } from './channels/read-deliveries.ts';
import { HealthController } from './health.controller.ts';
import { OutcomesController } from './outcomes/outcomes.controller.ts';
import { ReportOutcome } from './outcomes/report-outcome.ts';
import { ServiceHealth } from './service-health.ts';

type Parts = Readonly<{ approvals: Approvals; channels: OpenChannels; outcomes: ReportOutcome; seal: Seal; health: ServiceHealth; messaging: Messaging; log: Logger }>;

/** Who answers what. */
@Module({})
export class AppModule {
  static with({ approvals, channels, outcomes, seal, health, messaging, log }: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [ApprovalsController, ChannelsController, OutcomesController, HealthController],
      providers: [
        { provide: ClaimApprovals, useValue: new ClaimApprovals({ approvals, seal, log }) },
        { provide: ReportVerdicts, useValue: new ReportVerdicts({ approvals, log }) },
        { provide: SettleApprovals, useValue: new SettleApprovals({ approvals, seal }) },
        { provide: ReadApprovals, useValue: new ReadApprovals({ approvals, seal, log, maxPageBytes: messaging.maxPayload / 2 }) },
        { provide: ManageChannels, useValue: channels.manage },
        { provide: ReadDeliveries, useValue: channels.read },
        { provide: ReportOutcome, useValue: outcomes },
        { provide: ServiceHealth, useValue: health },
      ],
    };
  }
}

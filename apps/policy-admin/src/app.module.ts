import { Messaging } from '@holdpoint/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccessController } from './access/access.controller.ts';
import { AccessRepository } from './access/access.repository.ts';
import { RevisionNews } from './access/revision-news.ts';
import { DecisionsController } from './decisions/decisions.controller.ts';
import { DecisionsRepository } from './decisions/decisions.repository.ts';
import { GuardsController } from './guards/guards.controller.ts';
import { GuardsRepository } from './guards/guards.repository.ts';
import { DecisionLogHealthController, Parts, PolicyAdminHealthController } from './health.controller.ts';
import { KeysController } from './keys/keys.controller.ts';
import { KeysRepository } from './keys/keys.repository.ts';
import { ActiveBarrier } from './leases/active-barrier.ts';
import { LeasesController } from './leases/leases.controller.ts';
import { LeasesRepository } from './leases/leases.repository.ts';
import { PoliciesController } from './policies/policies.controller.ts';
import { PoliciesRepository } from './policies/policies.repository.ts';
import { PolicyTemplatesRepository } from './policies/policy-templates.repository.ts';
import { PolicyVersionsRepository } from './policies/policy-versions.repository.ts';

export type PolicyAdminParts = Readonly<{
  database: DataSource;
  /** A pool of its own: a burst of writes must not keep renewals waiting for a connection. */
  freshnessDatabase: DataSource;
  messaging: Messaging;
}>;

@Module({})
export class PolicyAdminModule {
  static with({ database, freshnessDatabase, messaging }: PolicyAdminParts): DynamicModule {
    const leases = new LeasesRepository(freshnessDatabase);
    return {
      module: PolicyAdminModule,
      controllers: [GuardsController, PoliciesController, KeysController, LeasesController, AccessController, PolicyAdminHealthController],
      providers: [
        { provide: DataSource, useValue: database },
        { provide: Messaging, useValue: messaging },
        { provide: LeasesRepository, useValue: leases },
        { provide: ActiveBarrier, useValue: new ActiveBarrier(() => leases.live()) },
        { provide: AccessRepository, useValue: new AccessRepository(freshnessDatabase) },
        GuardsRepository,
        PoliciesRepository,
        PolicyTemplatesRepository,
        PolicyVersionsRepository,
        KeysRepository,
        RevisionNews,
        Parts,
      ],
    };
  }
}

@Module({})
export class DecisionLogModule {
  static with({ database, messaging }: Readonly<{ database: DataSource; messaging: Messaging }>): DynamicModule {
    return {
      module: DecisionLogModule,
      controllers: [DecisionsController, DecisionLogHealthController],
      providers: [{ provide: DataSource, useValue: database }, { provide: Messaging, useValue: messaging }, DecisionsRepository, Parts],
    };
  }
}

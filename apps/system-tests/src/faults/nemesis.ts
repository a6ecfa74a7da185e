import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerPart, ServiceProcess, System } from '@holdpoint/local-stack';
import { Conceded } from './conceded.ts';
import { copyStore, replaceStore, type Held } from './nats-store.ts';
import type { Seeded } from './seeded.ts';

export type ScheduleName = 'services killed' | 'services paused' | 'postgres restarted' | 'nats killed' | 'nats store rewound' | 'nats store deleted' | 'evaluators come and go' | 'everything';

/** Breaks something and mends it again; touches only its targets. */
type Fault = Readonly<{ targets: readonly string[]; act: () => Promise<void> }>;

const services = ['gateway', 'policy-admin', 'decision-log', 'approval-workflow', 'evaluator', 'evaluator-2'] as const;
/** What a supervisor takes to start a process again. */
const restartAfterMs = 1_000;
const mostEvaluators = 4;

/** Breaks one thing after the other. What it breaks follows from the seed. */
export class Nemesis {
  /** What was done, and when. */
  readonly lines: string[] = [];
  readonly conceded = new Conceded();
  private readonly busy = new Set<string>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-stores-'));

  constructor(
    private readonly system: System,
    private readonly random: Seeded,
    private readonly now: () => number,
  ) {}

  /** For `forMs`, and until the last thing broken is mended. */
  async run(schedule: ScheduleName, forMs: number): Promise<void> {
    const until = this.now() + forMs;
    const hand = async (random: Seeded): Promise<void> => {
      while (this.now() < until) {
        const fault = this.draw(schedule, random);
        if (fault.targets.some((target) => this.busy.has(target))) {
          await delay(200);
          continue;
        }
        for (const target of fault.targets) this.busy.add(target);
        try {
          await fault.act();
        } finally {
          for (const target of fault.targets) this.busy.delete(target);
        }
        await delay(random.between(...pauseMs[schedule]));
      }
    };
    const hands = schedule === 'everything' ? 2 : 1;
    try {
      await Promise.all(Array.from({ length: hands }, (_, index) => hand(this.random.fork(`hand ${index}`))));
      await this.mend();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  note(what: string): void {
    this.lines.push(`${this.now().toFixed(0).padStart(8)} ${what}`);
  }

  private draw(schedule: ScheduleName, random: Seeded): Fault {
    switch (schedule) {
      case 'services killed':
        return this.killing(random.pick(services));
      case 'services paused':
        return this.pausing(random.pick(services), random.between(1_000, 7_000));
      case 'postgres restarted':
        return this.restartingPostgres(random.pick(['SIGINT', 'SIGQUIT']));
      case 'nats killed':
        return this.killingNats(random.between(0, 1_500));
      case 'nats store rewound':
        return this.rewindingNats(random.between(1_000, 3_000));
      case 'nats store deleted':
        return this.emptyingNats();
      case 'evaluators come and go':
        return this.changingEvaluators(random);
      case 'everything':
        return this.draw(random.pick(['services killed', 'services killed', 'services paused', 'services paused', 'postgres restarted', 'nats killed', 'nats store rewound', 'nats store deleted', 'evaluators come and go']), random);
    }
  }

  private killing(name: string): Fault {
    return { targets: [name], act: () => this.killAndRestart(this.system.service(name)) };
  }

  private async killAndRestart(service: ServiceProcess): Promise<void> {
    this.note(`kill -9 ${service.name}`);
    await service.kill();
    await delay(restartAfterMs);
    service.start();
    this.note(`started ${service.name}`);
  }

  private pausing(name: string, forMs: number): Fault {
    return {
      targets: [name],
      act: async () => {
        const service = this.system.service(name);
        this.note(`SIGSTOP ${name} for ${forMs.toFixed(0)} ms`);
        service.signal('SIGSTOP');
        await delay(forMs);
        service.signal('SIGCONT');
        this.note(`SIGCONT ${name}`);
      },
    };
  }

  /** SIGINT: fast. SIGQUIT: immediate, and recovery from the log at the next start. */
  private restartingPostgres(signal: 'SIGINT' | 'SIGQUIT'): Fault {
    return {
      targets: ['postgres'],
      act: async () => {
        const postgres = demand(this.system.stack.postgres, 'Postgres');
        this.note(`${signal} postgres`);
        await postgres.kill(signal);
        await startAgain(postgres);
        this.note('started postgres');
      },
    };
  }

  private killingNats(downMs: number): Fault {
    return {
      targets: ['nats'],
      act: async () => {
        const nats = demand(this.system.stack.nats, 'NATS');
        this.note('kill -9 nats');
        await nats.kill();
        await delay(downMs);
        await startAgain(nats);
        this.note('started nats');
      },
    };
  }

  private rewindingNats(afterMs: number): Fault {
    return {
      targets: ['nats'],
      act: async () => {
        const nats = demand(this.system.stack.nats, 'NATS');
        const copy = join(this.folder, 'copy');
        this.note('copied the store of nats');
        await copyStore(nats, copy);
        await delay(afterMs);
        await nats.kill();
        this.concede('rewound', await replaceStore(nats, copy));
        await startAgain(nats);
        this.note('started nats');
      },
    };
  }

  private emptyingNats(): Fault {
    return {
      targets: ['nats'],
      act: async () => {
        const nats = demand(this.system.stack.nats, 'NATS');
        await nats.kill();
        this.concede('deleted', await replaceStore(nats, undefined));
        await startAgain(nats);
        this.note('started nats');
      },
    };
  }

  private concede(how: string, held: Held): void {
    this.conceded.add(held);
    this.note(`kill -9 nats, its store ${how}: ${held.decisions.length} decisions and ${held.toolCalls.length} tool calls lay in it`);
  }

  /** Up to four evaluators: one more, one less in good order, or one killed. */
  private changingEvaluators(random: Seeded): Fault {
    const evaluators = this.system.services.filter(({ name }) => name.startsWith('evaluator'));
    const idle = evaluators.find((one) => !one.running);
    const chosen = random.pick(evaluators);
    const targets = ['evaluators', 'evaluator', 'evaluator-2'];
    if (idle !== undefined && random.chance(0.5)) return { targets, act: () => this.starting(idle) };
    if (evaluators.length < mostEvaluators && random.chance(0.6)) {
      return {
        targets,
        act: async () => {
          this.note(`added ${this.system.addEvaluator().name}`);
          await delay(restartAfterMs);
        },
      };
    }
    return {
      targets,
      act: async () => {
        if (chosen === undefined) return;
        const signal = random.pick(['SIGTERM', 'SIGKILL']);
        this.note(`${signal} ${chosen.name}`);
        await (signal === 'SIGTERM' ? chosen.stop() : chosen.kill());
      },
    };
  }

  private starting(service: ServiceProcess): Promise<void> {
    service.start();
    this.note(`started ${service.name}`);
    return Promise.resolve();
  }

  /** What one class of faults left down comes back; replicas past the second go. */
  private async mend(): Promise<void> {
    for (const service of this.system.services) {
      const spare = service.name.startsWith('evaluator') && service.name !== 'evaluator' && service.name !== 'evaluator-2';
      if (spare) await service.stop();
      else if (!service.running) await this.starting(service);
    }
    this.note('mended');
  }
}

const pauseMs: Readonly<Record<ScheduleName, readonly [number, number]>> = {
  'services killed': [200, 2_000],
  'services paused': [200, 1_500],
  'postgres restarted': [3_000, 8_000],
  'nats killed': [500, 3_000],
  'nats store rewound': [500, 2_000],
  'nats store deleted': [1_000, 3_000],
  'evaluators come and go': [200, 1_500],
  everything: [200, 2_000],
};

/** On the same port, which a passing connection of another program may hold for a moment. */
async function startAgain(part: ServerPart): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await part.restart();
      return;
    } catch (error) {
      if (attempt === 10) throw error;
      await delay(500);
    }
  }
}

function demand<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`${name} is not ours to break`);
  return part;
}

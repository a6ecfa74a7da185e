import { type Reply, RevisionChanged } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import { Injectable } from '@nestjs/common';

/** Tells everybody of a committed write, so that they ask now rather than at their next tick. A hint: losing it is no error. */
@Injectable()
export class RevisionNews {
  constructor(private readonly messaging: Messaging) {}

  tell<T extends { revision: number }>(reply: Reply<T>): Reply<T> {
    return this.tellOf({ reply, ...('ok' in reply && { revision: reply.ok.revision }) });
  }

  tellOf<T>({ reply, revision }: Readonly<{ reply: Reply<T>; revision?: number }>): Reply<T> {
    if (revision !== undefined) this.messaging.broadcast(RevisionChanged, { revision });
    return reply;
  }
}

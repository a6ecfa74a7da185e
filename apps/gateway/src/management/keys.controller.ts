import { CreateKey, endpoints, ListKeys, RevokeKey, type CreatedKey, type Key, type KeyDraft } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import { Body, Controller, Param, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { AccessSync } from '../access/access-sync.ts';
import { parseRange } from '../access/client-address.ts';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { keyOf, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';

@Controller()
export class KeysController {
  private readonly peers: Peers;
  private readonly sync: AccessSync;

  constructor(peers: Peers, sync: AccessSync) {
    this.peers = peers;
    this.sync = sync;
  }

  @Route('createKey')
  async create(@Body(checkedBody(endpoints.createKey)) draft: KeyDraft, @Query(checkedQuery(endpoints.createKey)) _query: object, @Req() request: Request): Promise<z.output<typeof CreatedKey>> {
    requireRanges(draft);
    const created = await this.peers.ask(CreateKey, { actor: keyOf(request).actor, draft });
    await this.sync.refresh();
    return created;
  }

  @Route('listKeys')
  list(@Query(checkedQuery(endpoints.listKeys)) query: Paging, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListKeys, { actor: keyOf(request).actor, ...pageOf(query) });
  }

  @Route('revokeKey')
  async revoke(@Param('keyId') keyId: string, @Query(checkedQuery(endpoints.revokeKey)) _query: object, @Req() request: Request): Promise<Key> {
    const revoked = await this.peers.ask(RevokeKey, { actor: keyOf(request).actor, key_id: keyId });
    await this.sync.refresh();
    return revoked;
  }
}

/** The gateway is who reads them, so it is the one to refuse what it could not. */
function requireRanges({ ip_ranges = [] }: KeyDraft): void {
  const problems = ip_ranges.flatMap((range, index) => (parseRange(range) === null ? [{ path: `/ip_ranges/${index}`, message: 'must be an address or a CIDR range' }] : []));
  if (problems.length > 0) throw new InvalidInput(problems);
}

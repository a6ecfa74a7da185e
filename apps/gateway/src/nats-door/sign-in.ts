import { agentPermissions, parseApiKey } from '@holdpoint/contracts';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { AuthorizationRequest, User } from '@nats-io/jwt';
import { fromSeed } from '@nats-io/nkeys';
import type { Msg } from '@nats-io/transport-node';
import { requireAddress, requireInForce, wrongKey } from '../access/admission.ts';
import { isSecretOf, type AccessStore, type HeldKey } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';
import { clientAddress } from '../access/client-address.ts';
import { Problem } from '../http/problem.ts';
import { maxBodyBytes } from '../http/server.ts';
import { JwtSigner, readJwt } from './server-jwt.ts';

export const signInSubject = '$SYS.REQ.USER.AUTH';
/** Where a server waits for the answer. */
const serverInbox = /^\$SYS\._INBOX\.[^\s*>]+$/;

/** Bytes of one message, headers included: a body a little too large is still told so. */
const maxMessageBytes = maxBodyBytes + 65_536;
const maxSubscriptions = 1_000;

/** Where users are who belong to no other account. */
const usersAccount = '$G';

export type SignInOptions = Readonly<{ issuerSeed: string; store: AccessStore; sync: Pick<AccessSync, 'refresh'>; publish: (subject: string, payload: string) => void; log: Logger }>;

type Question = Readonly<{ userNkey: string; serverId: string; host: string | undefined; credential: string }>;

/** Answers a server that asks who somebody is: the holder of an API key, given as token or as password, with that key's permissions. */
export class SignIn {
  private readonly options: SignInOptions;
  private readonly issuer: JwtSigner;

  constructor(options: SignInOptions) {
    this.options = options;
    this.issuer = new JwtSigner(options.issuerSeed, fromSeed(new TextEncoder().encode(options.issuerSeed)).getPublicKey());
  }

  async answer(message: Msg): Promise<void> {
    const { publish, log } = this.options;
    const replyTo = message.reply ?? '';
    const question = questionIn(message);
    if (question === null || !serverInbox.test(replyTo)) {
      log.warn({}, 'a question about somebody who signs in to NATS cannot be read');
      return;
    }
    try {
      const key = await this.holderOf(question);
      publish(replyTo, this.respond(question, { jwt: this.userOf(question, key) }));
      log.info({ key_id: key.access.id, address: question.host }, 'a key signed in to NATS');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      publish(replyTo, this.respond(question, { error: error.facts.detail }));
      log.info({ address: question.host, why: error.facts.detail }, 'nobody signed in to NATS');
    }
  }

  /** As over HTTP. Throws `Problem`; what it says never holds what was given. */
  private async holderOf({ credential, host }: Question): Promise<HeldKey> {
    const { store, sync } = this.options;
    const given = parseApiKey(credential);
    if (given === null) throw refused('This is not an API key: `hp_sk_<12 letters or digits>_<43 base64url characters>`.');
    // A key that is not held may have been made a moment ago.
    const isFresh = store.key(given.id) !== undefined || (await sync.refresh());
    const key = store.key(given.id);
    if (key === undefined && !isFresh) throw refused('The service that keeps the keys cannot be reached.');
    if (key === undefined || !isSecretOf(key, given.secret)) throw refused(wrongKey);
    requireInForce(key);
    requireAddress(key, clientAddress(host, undefined, []));
    return key;
  }

  private userOf({ userNkey }: Question, { access }: HeldKey): string {
    const { store } = this.options;
    const nowMs = monotonicMs();
    const untrusted = [...store.untrustedGuards(nowMs)];
    const live = store.isTrusted(nowMs) && !untrusted.some((guardId) => access.guards === '*' || access.guards.includes(guardId));
    const permissions = agentPermissions(access, { live });
    if (permissions === null) throw refused('This key has no role that may do anything here.');
    const user: Partial<User> = {
      pub: { allow: permissions.publish },
      sub: { allow: permissions.subscribe },
      payload: maxMessageBytes,
      subs: maxSubscriptions,
      data: -1,
      allowed_connection_types: ['STANDARD', 'WEBSOCKET'],
    };
    return this.issuer.sign({
      sub: userNkey,
      aud: usersAccount,
      name: access.id,
      ...(access.expires_at === undefined ? {} : { exp: Math.floor(access.expires_at / 1_000) }),
      nats: { ...user, type: 'user', version: 2 },
    });
  }

  private respond({ userNkey, serverId }: Question, data: Readonly<{ jwt?: string; error?: string }>): string {
    return this.issuer.sign({ sub: userNkey, aud: serverId, nats: { ...data, type: 'authorization_response', version: 2 } });
  }
}

/** Null: not a question of a server, or not signed by it. */
function questionIn(message: Msg): Question | null {
  const claims = readJwt(message.string());
  if (claims === null) return null;
  const { user_nkey: userNkey, server_id: server, connect_opts: options, client_info: client } = claims.nats as Partial<AuthorizationRequest>;
  if (userNkey === undefined || server?.id !== claims.iss) return null;
  return { userNkey, serverId: server.id, host: client?.host, credential: options?.auth_token ?? options?.pass ?? '' };
}

const refused = (detail: string): Problem => new Problem({ status: 401, code: 'unauthorized', detail });


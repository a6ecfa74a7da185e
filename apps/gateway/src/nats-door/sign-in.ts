import { agentPermissions, parseApiKey } from '@holdpoint/contracts';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import { decode, encodeAuthorizationResponse, encodeUser, type AuthorizationRequest } from '@nats-io/jwt';
import { fromSeed, type KeyPair } from '@nats-io/nkeys';
import type { Msg } from '@nats-io/transport-node';
import { requireAddress, requireInForce, wrongKey } from '../access/admission.ts';
import { isSecretOf, type AccessStore, type HeldKey } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';
import { clientAddress } from '../access/client-address.ts';
import { Problem } from '../http/problem.ts';
import { maxBodyBytes } from '../http/server.ts';

export const signInSubject = '$SYS.REQ.USER.AUTH';
/** Where a server waits for the answer. */
const serverInbox = /^\$SYS\._INBOX\.[^\s*>]+$/;

/** Bytes of one message, headers included: a body a little too large is still told so. */
const maxMessageBytes = maxBodyBytes + 65_536;
const maxSubscriptions = 1_000;

export type SignInOptions = Readonly<{ issuerSeed: string; store: AccessStore; sync: Pick<AccessSync, 'refresh'>; publish: (subject: string, payload: string) => void; log: Logger }>;

type Question = Readonly<{ userNkey: string; serverId: string; host: string | undefined; credential: string }>;

/** Answers a server that asks who somebody is: the holder of an API key, given as token or as password, with that key's permissions. */
export class SignIn {
  private readonly options: SignInOptions;
  private readonly issuer: KeyPair;

  constructor(options: SignInOptions) {
    this.options = options;
    this.issuer = fromSeed(new TextEncoder().encode(options.issuerSeed));
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
      publish(replyTo, await this.respond(question, { jwt: await this.userOf(question, key) }));
      log.info({ key_id: key.access.id, address: question.host }, 'a key signed in to NATS');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      publish(replyTo, await this.respond(question, { error: error.facts.detail }));
      log.info({ address: question.host, why: error.facts.detail }, 'nobody signed in to NATS');
    }
  }

  /** As over HTTP. Throws `Problem`; what it says never holds what was given. */
  private async holderOf({ credential, host }: Question): Promise<HeldKey> {
    const { store, sync } = this.options;
    const given = parseApiKey(credential);
    if (given === null) throw refused('This is not an API key: `hp_sk_<12 letters or digits>_<43 base64url characters>`.');
    // A key that is not held may have been made a moment ago.
    if (store.key(given.id) === undefined) await sync.refresh();
    const key = store.key(given.id);
    if (key === undefined || !isSecretOf(key, given.secret)) throw refused(wrongKey);
    requireInForce(key);
    requireAddress(key, clientAddress(host, undefined, []));
    return key;
  }

  private userOf({ userNkey }: Question, { access }: HeldKey): Promise<string> {
    const { store } = this.options;
    const nowMs = monotonicMs();
    const untrusted = [...store.untrustedGuards(nowMs)];
    const live = store.isTrusted(nowMs) && !untrusted.some((guardId) => access.guards === '*' || access.guards.includes(guardId));
    const permissions = agentPermissions(access, { live });
    if (permissions === null) throw refused('This key has no role that may do anything here.');
    return encodeUser(
      access.id,
      userNkey,
      this.issuer,
      {
        pub: { allow: permissions.publish },
        sub: { allow: permissions.subscribe },
        payload: maxMessageBytes,
        subs: maxSubscriptions,
        data: -1,
        allowed_connection_types: ['STANDARD', 'WEBSOCKET'],
      },
      { aud: '$G', ...(access.expires_at === undefined ? {} : { exp: Math.floor(access.expires_at / 1_000) }) },
    );
  }

  private respond({ userNkey, serverId }: Question, data: Readonly<{ jwt?: string; error?: string }>): Promise<string> {
    return encodeAuthorizationResponse(userNkey, serverId, this.issuer, { ...data }, {});
  }
}

/** Null: not a question of a server, or not signed by it. */
function questionIn(message: Msg): Question | null {
  try {
    const { nats } = decode<AuthorizationRequest>(message.string());
    const { user_nkey: userNkey, server_id: server, connect_opts: options, client_info: client } = nats;
    if (userNkey === undefined || server === undefined) return null;
    return { userNkey, serverId: server.id, host: client?.host, credential: options?.auth_token ?? options?.pass ?? '' };
  } catch {
    return null;
  }
}

const refused = (detail: string): Problem => new Problem({ status: 401, code: 'unauthorized', detail });


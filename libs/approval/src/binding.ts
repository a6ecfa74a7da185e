/** Which call it is, whatever policy judges it. `argumentsHash` is the SHA-256 of the arguments' canonical JSON, as the app writes it. */
export type CallIdentity = Readonly<{
  guardId: string;
  sessionId: string;
  callId: string;
  toolName: string;
  toolType?: string | undefined;
  keyId: string;
  endUserId?: string | undefined;
  agentId?: string | undefined;
  argumentsHash: string;
}>;

/** What an approval is bound to. Equal bindings, and only those, may use the same release. */
export type Binding = CallIdentity &
  Readonly<{
    /** `null`: no policy matched, the guard's default action decided. */
    policyId: string | null;
    groupId?: string | undefined;
    /** How many distinct people must approve. */
    quorum: number;
  }>;

/** Everything that makes it another call. The key is apart, because it is answered apart. */
const callFields = ['guardId', 'sessionId', 'callId', 'toolName', 'toolType', 'endUserId', 'agentId', 'argumentsHash'] as const;
const policyFields = ['policyId', 'groupId', 'quorum'] as const;

/** How an asker's identity differs from the parked one; the gravest difference counts. An absent field equals only an absent one. */
export function compareIdentities(parked: CallIdentity, asked: CallIdentity): 'same' | 'conflict' | 'other-key' {
  if (callFields.some((field) => parked[field] !== asked[field])) return 'conflict';
  return parked.keyId === asked.keyId ? 'same' : 'other-key';
}

/** As `compareIdentities`; `stale`: the same call from the same key, but another policy, group or quorum decides today. */
export function compareBindings(parked: Binding, asked: Binding): 'same' | 'conflict' | 'other-key' | 'stale' {
  const identity = compareIdentities(parked, asked);
  if (identity !== 'same') return identity;
  return policyFields.every((field) => parked[field] === asked[field]) ? 'same' : 'stale';
}

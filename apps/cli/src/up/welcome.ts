/** What a person reads once everything runs. */
export function welcome({ url, approvalsUrl, natsUrl, adminKey, given }: Readonly<{ url: string; approvalsUrl: string; natsUrl: string | null; adminKey: string | null; given: boolean }>): string {
  const key = adminKey === null || given ? '$HOLDPOINT_KEY' : adminKey;
  const body = '{"session_id":"s1","tool_calls":[{"id":"call_1","name":"read_file","arguments":{"path":"README.md"}}]}';
  return [
    '',
    `Holdpoint is ready at ${url} (try it in a browser: ${url}/docs)`,
    `Decisions by webhook arrive at ${approvalsUrl} (docs/webhooks.md)`,
    ...(natsUrl === null ? [] : [`Agents may ask over NATS, with their key, at ${natsUrl} (docs/nats.md)`]),
    '',
    ...keyLines(adminKey, given),
    'Ask whether an agent may make a tool call:',
    '',
    `  curl -s ${url}/v1/guard/default/agent/validate -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${body}'`,
    '',
    'Ctrl-C stops everything; the next start goes on with the same data.',
    '',
  ].join('\n');
}

function keyLines(adminKey: string | null, given: boolean): readonly string[] {
  if (adminKey === null) return ['The data folder has its admin key already. Put it, or another key, into HOLDPOINT_KEY:', '', '  export HOLDPOINT_KEY=hp_sk_…', ''];
  if (given) return ['The admin key is the one in HOLDPOINT_ADMIN_KEY:', '', '  export HOLDPOINT_KEY="$HOLDPOINT_ADMIN_KEY"', ''];
  return ['The first admin key, shown this once:', '', `  ${adminKey}`, ''];
}

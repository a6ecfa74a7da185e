import { spawn } from 'node:child_process';

/**
 * However we go, also by SIGKILL, our end of the guard's standard input closes; it then ends the process `pid`, kindly at first.
 * It is to be dismissed when that process has ended.
 */
export function guardAgainstOurDeath(pid: number, signal: 'INT' | 'TERM'): Readonly<{ dismiss: () => Promise<void> }> {
  const script = 'read -r _; kill -s "$1" "$2"; for _ in 1 2 3 4 5 6 7 8 9; do kill -0 "$2" || exit 0; sleep 1; done; kill -s KILL "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'holdpoint-guard', signal, String(pid)], { detached: true, env: { PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'ignore', 'ignore'] });
  guard.stdin.on('error', () => undefined);
  // Without a guard the process runs as well.
  const ended = new Promise<void>((resolve) => guard.once('error', () => resolve()).once('close', () => resolve()));
  return {
    dismiss: () => {
      guard.kill('SIGKILL');
      return ended;
    },
  };
}

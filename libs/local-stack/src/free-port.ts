import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error.ts';

/** Below what systems hand out by themselves, to connections and to servers that ask for any port: none of these takes a port between our look and its use. */
const ownPorts = { from: 20_000, to: 32_000 };
const ownAttempts = 50;

/** A loopback port that nobody holds at this moment: `wished` if it is one, else one that the system hands to nobody, else one that it picks. */
export async function freePort(wished?: number): Promise<number> {
  if (wished !== undefined && (await bind(wished)) !== undefined) return wished;
  for (let attempt = 0; attempt < ownAttempts; attempt += 1) {
    const port = randomInt(ownPorts.from, ownPorts.to);
    if ((await bind(port)) !== undefined) return port;
  }
  const port = await bind(0);
  if (port === undefined) throw new LocalStackError('port_in_use', 'no free port is left on 127.0.0.1');
  return port;
}

/** Throws `port_in_use` when a port that somebody asked for by number is taken. */
export async function demandPort(part: string, port: number): Promise<number> {
  if ((await bind(port)) === undefined) throw portInUse(part, port);
  return port;
}

export function portInUse(part: string, port: number): LocalStackError {
  return new LocalStackError('port_in_use', `port ${port} on 127.0.0.1, asked for by ${part}, is in use by another program; stop that one or choose another port`);
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}

import { connect } from '@nats-io/transport-node';

// The other floor: one NATS request/reply of the same body between two processes.
const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
connection.subscribe('bench.echo', { callback: (_error, message) => void message.respond(message.data) });
await connection.flush();
process.stdout.write('ready\n');
process.on('SIGTERM', () => process.exit(0));

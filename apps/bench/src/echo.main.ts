import { fastify } from 'fastify';

// The floor: the same framework, the same body parsed and sent back, nothing in between.
const server = fastify({ logger: false });
server.post('/echo', (request, reply) => reply.send(request.body));
await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) });
const address = server.server.address();
process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
process.on('SIGTERM', () => process.exit(0));

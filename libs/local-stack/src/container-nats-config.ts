import { allContracts, permissionsOf, serviceNames, systemUser, systemUserPermissions } from '@holdpoint/contracts';
import { pinnedNatsServerVersion } from './locate-nats-server.ts';
import { natsConfig, natsSyncInterval } from './nats-config.ts';

/**
 * The configuration of the NATS container (`deploy/nats/nats.conf`): one user per service with the permissions that the contracts give it,
 * passwords from `NATS_PASSWORD_<SERVICE>`, holders of API keys signed in by the gateway under the account key `NATS_ISSUER`, every acknowledged message on the disk, and health on the container's own loopback.
 */
export function containerNatsConfig(): string {
  const config = natsConfig({
    serverVersion: pinnedNatsServerVersion,
    serverName: 'holdpoint',
    host: '0.0.0.0',
    port: 4222,
    monitor: '127.0.0.1:8222',
    storeDir: '/data',
    sync: natsSyncInterval,
    users: serviceNames.map((service) => ({
      user: service,
      password: { variable: `NATS_PASSWORD_${service.replaceAll('-', '_').toUpperCase()}` },
      permissions: permissionsOf(service, allContracts),
    })),
    door: { issuer: { variable: 'NATS_ISSUER' }, system: { user: systemUser, password: { variable: 'NATS_PASSWORD_GATEWAY_SYSTEM' }, permissions: systemUserPermissions } },
  });
  return `# Written by \`node tools/generate-deploy.mjs\` from the contracts: change those, not this file.\n${config}`;
}

import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { inboxPrefix } from '@holdpoint/contracts';
import { openMessaging } from '@holdpoint/messaging';
import { readConfig, runService } from '@holdpoint/runtime';
import { GatewayEnvironment } from './config.ts';
import { createGateway } from './gateway.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

await runService({
  name: 'gateway',
  config: () => readConfig(GatewayEnvironment, process.env),
  start: async (config, { log, metrics, shutdown }) => {
    const messaging = await openMessaging({ ...config.nats, name: 'gateway', inboxPrefix: inboxPrefix('gateway'), signal: shutdown, log });
    const gateway = await createGateway({ config, messaging, log, metrics, version });
    gateway.start();
    const { host, port } = config.http;
    await gateway.app.listen(port, host);
    log.info({ address: await gateway.app.getUrl() }, 'listening');
    return {
      stop: async () => {
        await gateway.stop();
        await messaging.drain();
      },
    };
  },
});

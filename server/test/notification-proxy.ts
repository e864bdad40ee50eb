import {once} from 'node:events';
import net from 'node:net';
import type {AddressInfo} from 'node:net';

import type {Test} from 'tap';

/** Bytes of the type and the length that begin a PostgreSQL message. The length counts itself. */
const HEAD_BYTES = 5;
const NOTIFICATION = 'A'.charCodeAt(0);

/**
 * Proxy that imitates a pooler with shared database connections. While it is deaf, it forwards
 * everything except notifications.
 */
export class NotificationProxy {
  isBlocking = false;
  private readonly server: net.Server;

  private constructor(target: URL) {
    this.server = net.createServer((client) => {
      const database = net.connect(Number(target.port), target.hostname);
      client.pipe(database);
      let rest = Buffer.alloc(0);
      database.on('data', (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        while (rest.length >= HEAD_BYTES && rest.length > rest.readUInt32BE(1)) {
          const end = 1 + rest.readUInt32BE(1);
          if (!this.isBlocking || rest[0] !== NOTIFICATION) client.write(rest.subarray(0, end));
          rest = rest.subarray(end);
        }
      });
      for (const [one, other] of [
        [client, database],
        [database, client],
      ] as const) {
        one.on('error', () => undefined);
        one.on('close', () => other.destroy());
      }
    });
  }

  static async start(
    t: Test,
    databaseUrl: string,
  ): Promise<{proxy: NotificationProxy; url: string}> {
    const proxy = new NotificationProxy(new URL(databaseUrl));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    t.teardown(() => proxy.server.close());
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String((proxy.server.address() as AddressInfo).port);
    return {proxy, url: url.href};
  }
}

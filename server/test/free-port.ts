import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:net';

/** Below the range from which the system takes ports for outgoing connections. */
const PORTS = [10_000, 32_000] as const;

/** Returns a port on which nothing listens. No outgoing connection takes it in the meantime. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(...PORTS);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      // Another program listens on this port.
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
};

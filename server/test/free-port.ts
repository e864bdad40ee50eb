import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:net';

/**
 * Above the ports that `fetch` and browsers refuse ("bad port", of which 10080 is the highest), and
 * below those that the system takes for outgoing connections. Both ends are part of the range.
 * https://fetch.spec.whatwg.org/#port-blocking
 */
const FIRST_PORT = 10_081;
const LAST_PORT = 32_000;

/** Returns a port on which nothing listens, and which no outgoing connection takes meanwhile. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
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

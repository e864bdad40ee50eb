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
/** Test files run side by side: each has ports of its own, as far as their process ids differ. */
const SHARES = 40;
const OWN_PORTS = Math.floor((LAST_PORT + 1 - FIRST_PORT) / SHARES);
const OWN_FIRST_PORT = FIRST_PORT + (process.pid % SHARES) * OWN_PORTS;
/** Ports are returned in turn, because a test may close one and open it again. */
let turn = randomInt(OWN_PORTS);

/** Returns a port on which nothing listens, and which no outgoing connection takes meanwhile. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = OWN_FIRST_PORT + (turn++ % OWN_PORTS);
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

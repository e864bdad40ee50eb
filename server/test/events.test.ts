import t from 'tap';

import {testEventTransport} from './event-transport.js';
import {TRANSPORTS} from './event-subscribers.js';
import {startServer} from './start-server.js';

// The three transports share one contract.
for (const [way, open] of Object.entries(TRANSPORTS)) {
  t.test(`reading by ${way}`, async (t) => {
    const server = await startServer(t);
    await testEventTransport(t, {server, url: server.url, open});
  });
}

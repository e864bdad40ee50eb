import t from 'tap';

import {keepsReadingContract} from './event-contract.js';
import {WAYS} from './event-readers.js';
import {startServer} from './start-server.js';

// The three transports share one contract.
for (const [way, open] of Object.entries(WAYS)) {
  t.test(`reading by ${way}`, async (t) => {
    const server = await startServer(t);
    await keepsReadingContract(t, {server, url: server.url, open});
  });
}

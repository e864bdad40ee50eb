import underPressure from '@fastify/under-pressure';

import {Unavailable} from '../errors.js';
import type {App} from './app-type.js';

/** Two samples of the event loop's delay. */
const START_MS = 2_000;

/** Says no to new requests while the process cannot keep up with those that it has. */
export const refuseUnderPressure = async (app: App): Promise<void> => {
  let calmFromMs = Infinity;
  app.addHook('onListen', () => {
    calmFromMs = performance.now() + START_MS;
  });
  await app.register(underPressure, {
    maxEventLoopDelay: 1_000,
    pressureHandler: () => {
      // Its first sample counts what starting takes, which is no pressure of visitors.
      if (performance.now() < calmFromMs) return;
      throw new Unavailable(undefined, {retryAfter: 2});
    },
  });
};

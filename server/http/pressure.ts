import underPressure from '@fastify/under-pressure';

import {Unavailable} from '../errors.js';
import type {App} from './app-type.js';

/** Time of two samples of the event loop's delay. */
const START_MS = 2_000;

/** Refuses new requests with 503 while the event loop is overloaded. */
export const refuseUnderPressure = async (app: App): Promise<void> => {
  let calmFromMs = Infinity;
  app.addHook('onListen', () => {
    calmFromMs = performance.now() + START_MS;
  });
  await app.register(underPressure, {
    maxEventLoopDelay: 1_000,
    pressureHandler: () => {
      // The first sample measures the startup, which is not load from visitors.
      if (performance.now() < calmFromMs) return;
      throw new Unavailable(undefined, {retryAfter: 2});
    },
  });
};

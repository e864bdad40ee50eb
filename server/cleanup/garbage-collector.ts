import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

/**
 * Returns a function that forces a garbage collection, which takes some 10 ms. Reading long lists
 * produces mostly garbage, and V8 would let it grow to a multiple of the live data. A sweep over
 * 300,000 keys uses 26 MiB above idle with the function, and 61 MiB without it. A sweep over a
 * million keys uses 69 MiB without it, which exceeds the limit of 64 MiB in `bench/sweep.ts`.
 *
 * Only the CLI calls the function: it would stall a server, which allocates enough to trigger
 * collections automatically.
 */
export const createGarbageCollector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  // A new context, because contexts created before the flag was set lack the function.
  return runInNewContext('gc') as () => void;
};

import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Forces a garbage collection, which takes some 10 ms. Reading long lists produces mostly garbage,
 * and V8 would let it grow to a multiple of the live data. Only the CLI calls this function: it
 * would stall a server, which allocates enough to trigger collections automatically.
 */
export const collectGarbage = (): void => {
  collect ??= exposedCollector();
  collect();
};

/** Returns the function from a new context: contexts created before the flag was set lack it. */
const exposedCollector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

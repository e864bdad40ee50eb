import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Takes some ten milliseconds. By itself V8 waits until garbage is a multiple of what lives, and
 * reading long lists makes little else. For a process of its own: a server that did this would
 * keep its visitors waiting, and has other garbage that makes V8 look in time.
 */
export const collectGarbage = (): void => {
  collect ??= exposedCollector();
  collect();
};

/** The function is there for contexts that are made after the flag was set. */
const exposedCollector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

/**
 * Returns a function that loads what is shown again. Calls during a load are one more load after it,
 * so that the last change is included and no load is discarded.
 */
export const createRefresher = (load: () => Promise<unknown>): (() => Promise<void>) => {
  let isRunning = false;
  let isStale = false;
  return async () => {
    isStale = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isStale) {
        isStale = false;
        await load();
      }
    } finally {
      isRunning = false;
    }
  };
};

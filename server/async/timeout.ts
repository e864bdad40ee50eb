/**
 * Returns the result of `work`. After `ms`, calls `onTimeout` instead, which returns a value or
 * throws. A later result or rejection of `work` is ignored.
 */
export const withTimeout = async <T, U>(
  work: Promise<T>,
  ms: number,
  onTimeout: () => U,
): Promise<T | U> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, timeout.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Returns the result of `work`. If the signal aborts first, throws its reason. A later result or
 * rejection of `work` is ignored.
 */
export const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, {once: true});
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });

/**
 * Runs a call with a signal that aborts with `reason` after `ms`. `AbortSignal.timeout` would keep
 * each call and its response in memory until the timeout. Inside `AbortSignal.any`, it can also be
 * garbage-collected before it fires (nodejs/node#57736).
 */
export const abortAfter = async <T>(
  ms: number,
  reason: Error,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(reason);
  }, ms);
  try {
    return await call(timeout.signal);
  } finally {
    clearTimeout(timer);
  }
};

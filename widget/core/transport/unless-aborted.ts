/** Settles as the work does, unless the signal has aborted by then: then it rejects. */
export const unlessAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } finally {
    signal.throwIfAborted();
  }
};

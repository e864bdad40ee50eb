/** `AbortSignal.any`, also in browsers before Chrome 116, Firefox 124 and Safari 17.4. */
export const anySignal = (...signals: AbortSignal[]): AbortSignal => {
  if ('any' in AbortSignal) return AbortSignal.any(signals);
  const any = new AbortController();
  for (const signal of signals) {
    const abort = () => any.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, {signal: any.signal});
  }
  return any.signal;
};

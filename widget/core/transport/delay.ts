/** Over after that time, or as soon as the signal comes; `onBegin` is handed what ends it earlier. */
export const delay = (ms: number, signal: AbortSignal, onBegin?: (end: () => void) => void) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    onBegin?.(end);
  });

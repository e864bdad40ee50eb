// Page scripts are strings, because the types of a page are not those of the server.

/** Measures the blocking time of the main thread and the layout shift. */
export const PACE_PROBE = `
window.pace = {blockedMs: 0, shift: 0};
new PerformanceObserver((list) => {
  for (const {duration} of list.getEntries()) pace.blockedMs += duration - 50;
}).observe({type: 'longtask', buffered: true});
new PerformanceObserver((list) => {
  for (const {value} of list.getEntries()) pace.shift += value;
}).observe({type: 'layout-shift', buffered: true});
`;

/** Collects the directives of the page's policy that were violated. */
export const VIOLATION_PROBE = `
window.violations = [];
addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective), true);
`;

/** Lists everything that the page has stored. */
export const STORAGE_PROBE = `(async () => [
  ...Object.keys(localStorage),
  ...Object.keys(sessionStorage),
  ...document.cookie.split(';').filter(Boolean),
  ...(await indexedDB.databases()).map(({name}) => name),
  ...(await caches.keys()),
])()`;

/** Lists changed globals of the page by name, including the methods of each prototype. */
export const GLOBALS_PROBE = `
{
  const look = () => {
    const found = new Map();
    const note = (holder, owner) => {
      for (const key of Reflect.ownKeys(owner)) {
        const {value, get, set} = Object.getOwnPropertyDescriptor(owner, key);
        const name = holder + String(key);
        found.set(name, get ?? set ?? value);
        if (holder === '' && typeof value === 'function') {
          note(name + '.', value);
          if (value.prototype) note(name + '.prototype.', value.prototype);
        }
      }
    };
    note('', window);
    for (const one of ['history', 'document', 'navigator', 'location', 'JSON', 'Math', 'Reflect'])
      note(one + '.', window[one]);
    for (const [name, owner] of Object.entries({'': window, 'document.': document})) {
      for (const key in owner) if (/^on/.test(key)) found.set(name + key, owner[key]);
    }
    return found;
  };
  const before = look();
  // Expected differences: this probe, objects that are created at each access, and our own global.
  const isExpected = /^(event$|difference|MariaChat\\.)/;
  Object.defineProperty(window, 'difference', {
    enumerable: false,
    value: () => {
      const now = look();
      const names = new Set([...before.keys(), ...now.keys()]);
      return [...names].filter(
        (name) => !isExpected.test(name) && !Object.is(before.get(name), now.get(name)),
      );
    },
  });
}
`;

/** Collects pending timers and listeners for the page's end. */
export const TIMER_PROBE = `
{
  const running = new Set();
  const wrap = (name, cancel, isOnce) => {
    const start = window[name];
    const stop = window[cancel];
    window[name] = (run, ...rest) => {
      const id = start((...values) => {
        if (isOnce) running.delete(name + id);
        run(...values);
      }, ...rest);
      running.add(name + id);
      return id;
    };
    window[cancel] = (id) => {
      running.delete(name + id);
      stop(id);
    };
  };
  wrap('setTimeout', 'clearTimeout', true);
  wrap('setInterval', 'clearInterval', false);
  wrap('requestAnimationFrame', 'cancelAnimationFrame', true);
  wrap('requestIdleCallback', 'cancelIdleCallback', true);
  window.timers = () => [...running];
}
`;

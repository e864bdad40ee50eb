import type {App} from './app-type.js';

interface KnownRoute {
  pattern: RegExp;
  methods: Set<string>;
}

/** Returns a function that lists the methods of a URL. Call it before routes are added. */
export const createMethodFinder = (app: App): ((url: string) => string[]) => {
  const routes = new Map<string, KnownRoute>();
  app.addHook('onRoute', ({url, method}) => {
    const route = routes.get(url) ?? {pattern: toPattern(url), methods: new Set<string>()};
    for (const name of [method].flat()) route.methods.add(name);
    routes.set(url, route);
  });
  return (url) => {
    const path = url.split('?')[0] ?? '';
    const found = [...routes.values()].filter(
      // The route of CORS preflights matches every URL, so it is left out.
      ({pattern, methods}) => pattern.test(path) && !methods.has('OPTIONS'),
    );
    return [...new Set(found.flatMap(({methods}) => [...methods]))].sort();
  };
};

const toPattern = (url: string): RegExp => {
  if (url === '*') return /^(?!)/;
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[A-Za-z_]+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
};

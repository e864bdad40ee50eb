import {CONSOLE} from './base.js';

/** Place in the console that an URL names. */
export type Place =
  | {page: 'home' | 'account' | 'sign-in' | 'not-me' | 'unknown'}
  | {page: 'lead'; uuid: string}
  | {page: 'leads' | 'funnel' | 'site' | 'people'; site: string};

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const OF_SITE = ['leads', 'funnel', 'site', 'people'] as const;

/** Returns the place of a path below the console. */
export const placeOf = (pathname: string): Place => {
  if (!pathname.startsWith(CONSOLE)) return {page: 'home'};
  const [first = '', second = '', ...rest] = pathname.slice(CONSOLE.length).split('/');
  if (rest.some(Boolean)) return {page: 'unknown'};
  if (!first) return {page: 'home'};
  if (first === 'leads' && UUID.test(second)) return {page: 'lead', uuid: second.toLowerCase()};
  if (!second && (first === 'account' || first === 'sign-in' || first === 'not-me'))
    return {page: first};
  const page = OF_SITE.find((name) => name === second);
  return page ? {page, site: first} : {page: 'unknown'};
};

/** Calls `open` when a link to a place in the console is followed, instead of loading the page. */
export const followLinks = (open: (url: URL) => void): void =>
  document.addEventListener('click', (event) => {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[href]');
    if (!link || !isPlain || event.altKey || event.defaultPrevented) return;
    const url = new URL(link.href);
    if (link.target || link.download || url.origin !== location.origin) return;
    if (!url.pathname.startsWith(CONSOLE)) return;
    event.preventDefault();
    open(url);
  });

export const urlOf = {
  lead: (uuid: string) => `${CONSOLE}leads/${uuid}`,
  account: `${CONSOLE}account`,
  home: CONSOLE,
  ofSite: (site: string, page: (typeof OF_SITE)[number], search = '') =>
    `${CONSOLE}${encodeURIComponent(site)}/${page}${search}`,
};

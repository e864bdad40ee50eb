import type {LeadFilter, LeadView} from '../../../../server/contract/owner-leads.js';
import {toSearch} from '../../core/api.js';
import {urlOf} from '../../core/router.js';

/** View, filters and search of the list. All but the search is in the URL, because URLs are written to logs. */
export interface ListState {
  view: LeadView;
  /** Days in the time zone of the browser, both included. */
  from: string;
  to: string;
  files: '' | 'true' | 'false';
  locale: string;
  q: string;
}

export const VIEWS: readonly LeadView[] = ['open', 'unconfirmed', 'done', 'all'];
const FILTER_NAMES = ['from', 'to', 'files', 'locale'] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;
const LOCALE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** Returns the state of the list that the URL and the entry of the history have. */
export const readState = (): ListState => {
  const search = new URLSearchParams(location.search);
  const get = (name: string, pattern: RegExp) => {
    const value = search.get(name) ?? '';
    return pattern.test(value) ? value : '';
  };
  const {q = ''} = (history.state ?? {}) as {q?: string};
  return {
    view: VIEWS.find((name) => name === search.get('view')) ?? 'open',
    from: get('from', DAY),
    to: get('to', DAY),
    files: get('files', /^(true|false)$/) as ListState['files'],
    locale: get('locale', LOCALE),
    q,
  };
};

export const urlOfState = (site: string, {view, from, to, files, locale}: ListState): string =>
  urlOf.ofSite(
    site,
    'leads',
    toSearch({view: view === 'open' ? '' : view, from, to, files, locale}),
  );

export const isSame = (a: ListState, b: ListState): boolean =>
  (Object.keys(a) as (keyof ListState)[]).every((name) => a[name] === b[name]);

export const countFilters = (state: ListState): number =>
  FILTER_NAMES.filter((name) => state[name]).length;

/** Returns the filter of the server for a state. */
export const toFilter = (
  site: string,
  {view, from, to, files, locale, q}: ListState,
): LeadFilter => ({
  site,
  view,
  ...(from && {from: startOf(from, 0)}),
  ...(to && {to: startOf(to, 1)}),
  ...(files && {files: files === 'true'}),
  ...(locale && {locale}),
  ...(q && {q}),
});

const startOf = (day: string, daysLater: number): string => {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
};

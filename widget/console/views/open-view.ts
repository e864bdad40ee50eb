import {html} from 'lit/html.js';

import type {Context, View} from '../core/context.js';
import {siteOf} from '../core/context.js';
import type {ApiError} from '../core/api.js';
import {OFFLINE} from '../core/api.js';
import {NEW_RELEASE, loadCode} from '../core/code.js';
import {toApiError} from '../core/loader.js';
import type {Place} from '../core/router.js';
import {urlOf} from '../core/router.js';
import {problem, skeleton} from '../parts/states.js';
import {say} from '../texts/texts.js';
import {createLeads} from './leads/leads.js';

type Create = (context: Context, place: Place) => View;

/** Pages that are loaded when they are first opened. */
const LATER: Partial<Record<Place['page'], () => Promise<Create>>> = {
  lead: async () => (await import('./lead/lead.js')).createLead,
  funnel: async () => (await import('./funnel/funnel.js')).createFunnel,
  site: async () => (await import('./site.js')).createSite,
  people: async () => (await import('./people.js')).createPeople,
  account: async () => (await import('./account.js')).createAccount,
};

/** Returns the page of a place. The list of a site is kept, so that _Back_ shows it as it was. */
export const openView = (place: Place, context: Context, kept: Map<string, View>): View => {
  if ('site' in place && !siteOf(context, place.site)) return noPlace();
  if (place.page === 'leads') {
    const view = kept.get(place.site) ?? createLeads(context, place.site);
    kept.clear();
    kept.set(place.site, view);
    return view;
  }
  const load = LATER[place.page];
  return load ? loadView(load, context, place) : noPlace();
};

/** Returns a page whose code is being loaded. */
const loadView = (load: () => Promise<Create>, context: Context, place: Place): View => {
  let view: View | undefined;
  let error: ApiError | undefined;
  let isStopped = false;
  const start = async () => {
    error = undefined;
    try {
      const create = await loadCode(load);
      if (!isStopped) view = create(context, place);
    } catch (thrown) {
      error = toApiError(thrown);
    }
    context.update();
  };
  const retry = () => (error?.code === NEW_RELEASE ? location.reload() : start());
  void start();
  return {
    title: () => view?.title() ?? '',
    render: () =>
      view?.render() ??
      html`<h1>${say('loading')}</h1>
        ${error ? problem(error, retry) : skeleton()}`,
    site: () => view?.site?.(),
    get keys() {
      return view?.keys ?? [];
    },
    onChanged: (change) => {
      if (view) view.onChanged?.(change);
      else if (!change && error?.code === OFFLINE) void start();
    },
    resume: () => view?.resume?.(),
    stop: () => {
      isStopped = true;
      view?.stop?.();
    },
  };
};

const noPlace = (): View => ({
  title: () => say('notFound'),
  render: () =>
    html`<section class="empty">
      <h1>${say('notFound')}</h1>
      <p>${say('notFoundText')}</p>
      <p><a class="button" href=${urlOf.home}>${say('toStart')}</a></p>
    </section>`,
});

import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {Context, SiteOfAccount} from '../core/context.js';
import {siteOf} from '../core/context.js';
import type {Key} from '../core/keys.js';
import {areKeysOn} from '../core/keys.js';
import type {Place} from '../core/router.js';
import {urlOf} from '../core/router.js';
import {typed} from '../parts/controls.js';
import {showDialog} from '../parts/dialog.js';
import {exactTime} from '../texts/format.js';
import {say} from '../texts/texts.js';

type SitePage = 'leads' | 'funnel' | 'site' | 'people';

const NAMES = {leads: 'leads', funnel: 'funnel', site: 'site', people: 'people'} as const;
const PAGES: Record<SiteOfAccount['role'], readonly SitePage[]> = {
  owner: ['leads', 'funnel', 'site', 'people'],
  agent: ['leads', 'funnel', 'site'],
  observer: ['funnel'],
};

/** Returns the pages of a site that a role can open, the first one first. */
export const pagesOf = ({role}: SiteOfAccount): readonly SitePage[] => PAGES[role];

/** Whether a place of the account's sites is closed for its roles. */
export const isClosed = (context: Context, place: Place): boolean => {
  if (place.page === 'lead')
    return context.account.sites.every((site) => !pagesOf(site).includes('leads'));
  if (!('site' in place)) return false;
  const site = siteOf(context, place.site);
  return site !== undefined && !pagesOf(site).includes(place.page);
};

interface Shell {
  context: Context;
  place: Place;
  site: SiteOfAccount | undefined;
  isOffline: boolean;
  notice: string;
  content: TemplateResult;
  title: string;
}

/** Shows the frame of all pages: sites, pages, account, and what is wrong with the network. */
export const shell = ({
  context,
  place,
  site,
  isOffline,
  notice,
  content,
  title,
}: Shell): TemplateResult => {
  const {account} = context;
  const who = account.name ?? account.email;
  const current = (page: string) => (place.page === page ? 'page' : nothing);
  return html`<a class="skip button" href="#main" @click=${skipToMain}>${say('skip')}</a>
    ${isOffline ? html`<p class="banner" role="status">${say('offlineBanner')}</p>` : nothing}
    <header class="top">
      <a class="mark" href=${urlOf.home}><i aria-hidden="true">M</i> <span>Maria Chat</span></a>
      ${sitePicker(context, place, site)}
      <nav aria-label=${say('pages')}>
        ${(site ? pagesOf(site) : []).map(
          (page) =>
            html`<a href=${urlOf.ofSite(site!.key, page)} aria-current=${currentPage(place, page)}
              >${say(NAMES[page])}</a
            >`,
        )}
      </nav>
      <a class="me" href=${urlOf.account} aria-current=${current('account')}
        ><i aria-hidden="true">${[...who][0]}</i> <span class="hidden">${say('account')}</span>
        <span class="name">${typed(who)}</span></a
      >
    </header>
    <p class="printed">
      <span>${site ? typed(site.name) : nothing}</span>
      <span>${say('printedOn', {time: exactTime(new Date())})}</span>
    </p>
    <main id="main" tabindex="-1" aria-label=${title}>${content}</main>
    <p class="toast" role="status">${notice}</p>`;
};

const skipToMain = (event: Event) => {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
};

/** A lead belongs to the list. */
const currentPage = (place: Place, page: SitePage) => {
  if (place.page === 'lead' && page === 'leads') return 'true';
  return place.page === page ? 'page' : nothing;
};

const sitePicker = ({account, go}: Context, place: Place, site: SiteOfAccount | undefined) => {
  const [first, ...others] = account.sites;
  if (!first) return nothing;
  if (others.length === 0) return html`<strong>${typed(first.name)}</strong>`;
  const open = ({target}: Event) => {
    const {value} = target as HTMLSelectElement;
    const next = account.sites.find(({key}) => key === value);
    if (!next) return;
    const pages = pagesOf(next);
    go(urlOf.ofSite(value, pages.find((page) => page === place.page) ?? pages[0]!));
  };
  return html`<select aria-label=${say('site')} @change=${open}>
    ${account.sites.map(
      ({key, name}) =>
        html`<option value=${key} ?selected=${key === site?.key} .selected=${key === site?.key}>
          ${name}
        </option>`,
    )}
  </select>`;
};

/** Shows all keys of a page. */
export const showKeys = (keys: readonly Key[]): void => {
  void showDialog({
    title: say('keys'),
    body: html`${areKeysOn() ? nothing : html`<p>${say('keysAreOff')}</p>`}
      <dl class="keys">
        ${keys.map(
          ({keys, text}) =>
            html`<dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt>
              <dd>${say(text)}</dd>`,
        )}
      </dl>`,
  });
};

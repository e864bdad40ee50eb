import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {ExportFormat} from '../../../../server/contract/owner-exports.js';
import type {Lead, LeadList} from '../../../../server/contract/owner-leads.js';
import type {Context, LeadChange, View} from '../../core/context.js';
import {siteOf} from '../../core/context.js';
import {Loader, toApiError} from '../../core/loader.js';
import {createRefresher} from '../../core/refresher.js';
import {menuButton} from '../../parts/controls.js';
import {errorText, whenLoaded} from '../../parts/states.js';
import {addStyles} from '../../parts/styles.js';
import {leadsStyles} from '../../styles/leads.js';
import {formatUpTo} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say, sayCount} from '../../texts/texts.js';
import {askToErase, changeLeads, exportLeads} from './actions.js';
import type {Chosen} from './actions.js';
import {bulkBar} from './bulk-bar.js';
import {createEmptyList} from './empty.js';
import {filterForm} from './filter-form.js';
import type {ListState} from './filter.js';
import {VIEWS, isSame, readState, toFilter, urlOfState} from './filter.js';
import {createListKeys, leaveSearch} from './keys.js';
import {addPage, loadPage, replaceStart} from './list.js';
import type {Rows} from './list.js';
import {focusRow} from './row-focus.js';
import {Selection} from './selection.js';
import {leadTable} from './table.js';

addStyles(leadsStyles);

const NAMES = {
  open: 'viewOpen',
  unconfirmed: 'viewUnconfirmed',
  done: 'viewDone',
  all: 'viewAll',
} as const;
/** Distance from the top below which new rows do not move what is being read. */
const TOP_PX = 200;
const SEARCH_WAIT_MS = 250;
const MIN_SEARCH = 2;

/** Creates the list of the leads of a site. */
export const createLeads = (context: Context, site: string): View => {
  const {update} = context;
  const rows = new Loader<Rows>(update);
  const selection = new Selection(update);
  let state = readState();
  let arrived = new Set<string>();
  let pending: Rows | undefined;
  let opened = '';
  let searchTimer: ReturnType<typeof setTimeout> | undefined;
  const empty = createEmptyList(context, site);
  const isOwner = () => siteOf(context, site)?.role === 'owner';
  const filter = () => toFilter(site, state);
  const shownLeads = (): readonly Lead[] => rows.value?.leads ?? [];

  const load = async () => {
    selection.clear();
    [arrived, pending] = [new Set(), undefined];
    await rows.load(() => loadPage(filter()));
    remember();
  };
  const loadMore = async () => {
    const {value} = rows;
    if (!value?.next || rows.isLoading) return;
    const {next} = value;
    await rows.load(async () => addPage(value, await loadPage(filter(), next)));
    remember();
  };
  const remember = () => {
    context.neighbours = shownLeads().map(({uuid}) => uuid);
  };

  const refresh = createRefresher(async () => {
    if (rows.error) return load();
    const loadedFor = state;
    try {
      const page = await loadPage(filter());
      if (loadedFor === state) show(page);
    } catch (error) {
      // The list stays readable; the banner or the next change reports a lasting error.
      toApiError(error);
    }
    update();
  });
  const show = (page: LeadList) => {
    const {value} = rows;
    if (!value) return;
    const known = new Set(value.leads.map(({uuid}) => uuid));
    const fresh = page.leads.filter(({uuid}) => !known.has(uuid));
    const merged = replaceStart(value, page);
    for (const {uuid} of fresh) arrived.add(uuid);
    if (fresh.length > 0 && scrollY > TOP_PX) pending = merged;
    else rows.value = merged;
    remember();
  };
  const showPending = () => {
    if (pending) rows.value = pending;
    pending = undefined;
    scrollTo({top: 0});
    update();
  };

  /** Shows another view, filter or search. */
  const change = (changes: Partial<ListState>, {replace = false} = {}) => {
    const next = {...state, ...changes};
    if (isSame(next, state)) return;
    state = next;
    const url = urlOfState(site, next);
    if (replace) history.replaceState({q: next.q}, '', url);
    else history.pushState({q: next.q}, '', url);
    void load();
  };
  const search = ({target}: Event) => {
    const q = (target as HTMLInputElement).value.trim();
    clearTimeout(searchTimer);
    searchTimer = setTimeout(
      () =>
        change(
          {q: q.length < MIN_SEARCH ? '' : q, ...(q && !state.q && {view: 'all' as const})},
          {replace: true},
        ),
      SEARCH_WAIT_MS,
    );
  };

  const found = () => rows.value?.counts[state.view] ?? {count: 0, more: false};
  const chosen = () => selection.toChosen(filter(), found().count);

  const mark = async (action: 'done' | 'open', leads: Chosen) => {
    try {
      const changed = await changeLeads(action, leads);
      context.notify(sayCount(action === 'done' ? 'markedDone' : 'markedOpen', changed));
    } catch (error) {
      context.notify(errorText(toApiError(error)));
      return refresh();
    }
    if (selection.size > 0) selection.clear();
    return refresh();
  };
  const markSelected = (action: 'done' | 'open') => mark(action, chosen());
  const markOne = ({uuid, status}: Lead) =>
    mark(status === 'done' ? 'open' : 'done', {uuids: [uuid], expect: 1});
  const erase = async () => {
    const own = chosen();
    const isErased = await askToErase(own.expect, () => changeLeads('erase', own));
    if (isErased) {
      context.notify(sayCount('erasedCount', own.expect));
      selection.clear();
    }
    void refresh();
  };

  const tabs = () =>
    html`<nav class="tabs" aria-label=${say('views')}>
      ${VIEWS.map((view) => {
        const {count, more} = rows.value?.counts[view] ?? {count: 0, more: false};
        return html`<a
          href=${urlOfState(site, {...state, view})}
          aria-current=${view === state.view ? 'true' : nothing}
          @click=${(event: MouseEvent) => openTab(event, view)}
          >${say(NAMES[view])}
          ${rows.value ? html`<span class="number">${formatUpTo(count, more)}</span>` : nothing}</a
        >`;
      })}
    </nav>`;
  const openTab = (event: MouseEvent, view: ListState['view']) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    change({view});
  };

  /** Offers the selected leads, or all that are found. */
  const exportMenu = (id: string) => {
    const {count, more} = found();
    const isAll = selection.size === 0;
    const leads = isAll ? {filter: filter(), expect: count} : chosen();
    const number: Record<string, string> = isAll && more ? {count: formatUpTo(count, true)} : {};
    const item = (text: TextKey, format: ExportFormat) => ({
      text: say(text),
      run: () => exportLeads(leads, format, context.notify),
    });
    const items = [
      item('exportCsv', 'csv'),
      item('exportJsonl', 'jsonl'),
      item('exportZip', 'zip'),
    ];
    return menuButton(id, say('export'), items, sayCount('exportOf', leads.expect, number));
  };

  const bulk = () =>
    bulkBar({
      selection,
      view: state.view,
      shown: shownLeads().length,
      found: found(),
      exportMenu: isOwner() ? exportMenu('export-selected') : nothing,
      isOwner: isOwner(),
      mark: markSelected,
      erase,
    });

  const table = ({leads, next}: Rows): TemplateResult =>
    html`${leadTable({
      leads,
      selection,
      arrived,
      isBusy: rows.isLoading,
      onOpen: (uuid) => (opened = uuid),
    })}
    ${
      next
        ? html`<p class="more">
            <button type="button" aria-disabled=${String(rows.isLoading)} @click=${loadMore}>
              ${say('showMore')}
            </button>
          </p>`
        : nothing
    }`;

  const content = (value: Rows) =>
    value.leads.length > 0 ? table(value) : empty.render(state, value, change);

  const keys = createListKeys({
    selection,
    shownLeads,
    markSelected: () => markSelected(state.view === 'done' ? 'open' : 'done'),
    markOne,
    getOpened: () => opened,
  });

  void load();
  return {
    title: () => (arrived.size > 0 && document.hidden ? `(${arrived.size}) ` : '') + say('leads'),
    site: () => site,
    render: () =>
      html`<div class="head">
          <h1>${say('leads')}</h1>
          <input
            class="search"
            type="search"
            .value=${state.q}
            maxlength="100"
            placeholder=${say('searchHint')}
            aria-label=${say('searchLabel')}
            @input=${search}
            @keydown=${leaveSearch}
          />
          ${isOwner() && selection.size === 0 ? exportMenu('export-menu') : nothing}
        </div>
        <div class="views">${tabs()} ${filterForm(state, change)}</div>
        ${
          pending
            ? html`<p class="pill">
                <button type="button" @click=${showPending}>
                  ${sayCount('newRows', arrived.size)}
                </button>
              </p>`
            : nothing
        }
        ${whenLoaded(rows, content, load)} ${bulk()}`,
    keys,
    onChanged: (change: LeadChange | undefined) => {
      if (!change || change.site === site) void refresh();
      empty.onChanged();
    },
    resume: () => {
      const next = readState();
      if (!isSame(next, state)) {
        state = next;
        return void load();
      }
      if (rows.isLoading) return;
      void refresh();
      focusRow(opened);
    },
    // A search that still waits would change the URL of the next page.
    stop: () => clearTimeout(searchTimer),
  };
};

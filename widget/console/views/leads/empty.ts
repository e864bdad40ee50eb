import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {OwnerSite} from '../../../../server/contract/owner-sites.js';
import {call} from '../../core/api.js';
import type {Context} from '../../core/context.js';
import {Loader} from '../../core/loader.js';
import {codeBlock, shape} from '../../parts/controls.js';
import {emptyState} from '../../parts/states.js';
import {relativeTime} from '../../texts/format.js';
import {say} from '../../texts/texts.js';
import type {ListState} from './filter.js';
import {countFilters} from './filter.js';
import type {Rows} from './list.js';

/** Interval in which the page looks whether the chat was loaded for the first time. */
const LISTEN_MS = 5_000;

/** Creates what a list without leads shows: the beginning of a site, or that nothing was found. */
export const createEmptyList = (context: Context, site: string) => {
  const own = new Loader<OwnerSite>(context.update);
  let timer: ReturnType<typeof setInterval> | undefined;
  const load = () => own.load(() => call(`sites/${encodeURIComponent(site)}`));
  const listen = () => {
    if (timer) return;
    void load();
    timer = setInterval(() => {
      if (document.querySelector('.listening')) return document.hidden ? undefined : void load();
      clearInterval(timer);
      timer = undefined;
    }, LISTEN_MS);
  };

  const beginning = (): TemplateResult => {
    listen();
    const {value} = own;
    return emptyState(
      say('emptyTitle'),
      say('emptyText'),
      html`${value ? codeBlock(say('snippet'), value.install.script_tag) : nothing}
        <p class="listening" role="status">${value ? seenLine(value) : say('loading')}</p>`,
    );
  };

  return {
    onChanged: () => void (timer && load()),
    render: (state: ListState, {counts}: Rows, change: (changes: Partial<ListState>) => void) => {
      const isNarrowed = Boolean(state.q) || countFilters(state) > 0;
      if (!isNarrowed && counts.all.count === 0) return beginning();
      if (!isNarrowed) return emptyState(say('viewEmpty'), say('viewEmptyText'));
      const clear = () => change({q: '', from: '', to: '', files: '', locale: ''});
      return emptyState(
        say('nothingFound'),
        say('nothingFoundText'),
        html`<p><button type="button" @click=${clear}>${say('clearSearch')}</button></p>`,
      );
    },
  };
};

const seenLine = ({origins, was_opened}: OwnerSite): TemplateResult => {
  const [seen] = origins.filter(({is_refused}) => !is_refused);
  const [refused] = origins;
  if (seen)
    return html`${shape('done')} ${say('seenOn')} <bdi>${seen.origin}</bdi>,
      ${relativeTime(new Date(seen.last_at))}`;
  if (refused) return html`${shape('warning')} ${say('refusedOn')} <bdi>${refused.origin}</bdi>`;
  if (was_opened) return html`${shape('done')} ${say('noOrigins')}`;
  return html`${shape('visit')} ${say('waitingForVisit')}`;
};

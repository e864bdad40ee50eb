import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LeadView} from '../../../../server/contract/owner-leads.js';
import {say, sayCount} from '../../texts/texts.js';
import type {Selection} from './selection.js';

interface BulkBar {
  selection: Selection;
  view: LeadView;
  /** Number of leads that are shown. */
  shown: number;
  found: {count: number; more: boolean};
  exportMenu: TemplateResult | typeof nothing;
  isOwner: boolean;
  mark: (action: 'done' | 'open') => unknown;
  erase: () => unknown;
}

/** Shows the actions on the selected leads below the list, as long as some are selected. */
export const bulkBar = ({
  selection,
  view,
  shown,
  found,
  exportMenu,
  isOwner,
  mark,
  erase,
}: BulkBar) => {
  const {size, isAllFound} = selection;
  if (size === 0) return nothing;
  const canTakeAll = !isAllFound && !found.more && found.count > size && size >= shown;
  const button = (text: string, run: () => unknown, look = '') =>
    html`<button type="button" class=${look} @click=${run}>${text}</button>`;
  return html`<div class="bulk" role="region" aria-label=${say('selection')}>
    <strong role="status">${sayCount('selected', isAllFound ? found.count : size)}</strong>
    ${
      canTakeAll
        ? button(sayCount('selectAllFound', found.count), () => selection.takeAllFound(), 'plain')
        : nothing
    }
    ${button(say('clear'), () => selection.clear(), 'plain')}
    <span class="actions">
      ${view === 'done' ? nothing : button(say('markDone'), () => mark('done'))}
      ${view === 'done' || view === 'all' ? button(say('markOpen'), () => mark('open')) : nothing}
      ${exportMenu} ${isOwner ? button(say('erase'), erase, 'danger') : nothing}
    </span>
  </div>`;
};

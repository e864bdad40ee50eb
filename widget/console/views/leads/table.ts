import {html} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';
import {repeat} from 'lit/directives/repeat.js';

import type {Lead} from '../../../../server/contract/owner-leads.js';
import {say} from '../../texts/texts.js';
import {leadRow} from './row.js';
import type {Selection} from './selection.js';

interface Table {
  leads: readonly Lead[];
  selection: Selection;
  arrived: ReadonlySet<string>;
  isBusy: boolean;
  /** Called with the UUID of a lead that a person opens. */
  onOpen: (uuid: string) => void;
}

/** Shows the leads that are loaded. */
export const leadTable = ({leads, selection, arrived, isBusy, onOpen}: Table): TemplateResult => {
  const uuids = leads.map(({uuid}) => uuid);
  return html`<table class="leads" aria-busy=${String(isBusy)}>
    <caption class="hidden">
      ${say('leads')}
    </caption>
    <thead>
      <tr>
        <th class="select">
          <label
            ><input
              type="checkbox"
              .checked=${uuids.every((uuid) => selection.has(uuid))}
              @click=${() => selection.toggleShown(uuids)}
            /><span class="hidden">${say('selectShown')}</span></label
          >
        </th>
        <th scope="col" class="who">${say('visitor')}</th>
        <th scope="col" class="last">${say('lastMessage')}</th>
        <th scope="col" class="files">${say('documents')}</th>
        <th scope="col" class="training">${say('training')}</th>
        <th scope="col" class="time right">${say('lastActivity')}</th>
      </tr>
    </thead>
    <tbody @click=${({target}: Event) => onOpen(uuidOfRow(target as Element))}>
      ${repeat(
        leads,
        ({uuid}) => uuid,
        (lead) =>
          leadRow({
            lead,
            isSelected: selection.has(lead.uuid),
            hasArrived: arrived.has(lead.uuid),
            onSelect: (event) => selection.toggle(lead.uuid, uuids, event.shiftKey),
          }),
      )}
    </tbody>
  </table>`;
};

const uuidOfRow = (target: Element): string =>
  target.closest('tr')?.querySelector<HTMLElement>('[data-uuid]')?.dataset['uuid'] ?? '';

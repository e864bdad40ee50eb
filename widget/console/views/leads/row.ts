import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {Lead} from '../../../../server/contract/owner-leads.js';
import {urlOf} from '../../core/router.js';
import type {Shape} from '../../parts/controls.js';
import {shape, typed} from '../../parts/controls.js';
import {shortTime} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say, sayCount} from '../../texts/texts.js';

interface RowOptions {
  lead: Lead;
  isSelected: boolean;
  hasArrived: boolean;
  onSelect: (event: MouseEvent) => void;
}

/** Shows one lead. Its name is the link; a press elsewhere in the row follows it as well. */
export const leadRow = ({lead, isSelected, hasArrived, onSelect}: RowOptions): TemplateResult => {
  const {uuid, name, email, state, status, last_message, files, training, is_new} = lead;
  const shown = name ?? email;
  return html`<tr class=${hasArrived ? 'arrived' : ''} @click=${follow}>
    <td class="select">
      <label
        ><input type="checkbox" .checked=${isSelected} @click=${onSelect} /><span class="hidden"
          >${say('selectLead', {name: shown ?? uuid.slice(0, 8)})}</span
        ></label
      >
    </td>
    <th scope="row" class="who">
      <span class="title">
        ${shape(shapeOf(lead))}
        <a href=${urlOf.lead(uuid)} data-uuid=${uuid}>${shown ? typed(shown) : say('noName')}</a>
        ${is_new ? html`<span class="new">${say('new')}</span>` : nothing}
      </span>
      <span class="below">
        <span>${say(status === 'done' ? 'isDone' : STATES[state])}</span>
        ${email && name ? html`<span>·</span> ${typed(email)}` : nothing}
      </span>
    </th>
    <td class=${last_message ? 'last' : 'last none'}>
      ${last_message ? excerpt(last_message) : nothing}
    </td>
    <td class=${files > 0 ? 'files' : 'files none'}>
      ${files > 0 ? html`${shape('file')} ${sayCount('files', files)}` : nothing}
    </td>
    <td class="training">${state === 'visit' ? nothing : say(training ? 'yes' : 'no')}</td>
    <td class="time right">${shortTime(lead.last_activity_at)}</td>
  </tr>`;
};

const excerpt = ({role, body}: NonNullable<Lead['last_message']>) =>
  html`<span class="excerpt" dir="auto"
    >${role === 'visitor' ? nothing : html`<bdi class="by">${say(SPEAKERS[role])}:</bdi> `}${body}</span
  >`;

export const shapeOf = ({state, status}: Pick<Lead, 'state' | 'status'>): Shape => {
  if (status === 'done') return 'done';
  return state === 'complete' ? 'open' : state;
};

export const STATES: Record<Lead['state'], TextKey> = {
  visit: 'stateVisit',
  pending: 'statePending',
  complete: 'stateComplete',
};

export const SPEAKERS: Record<NonNullable<Lead['last_message']>['role'], TextKey> = {
  visitor: 'byVisitor',
  maria: 'byMaria',
  agent: 'byAgent',
  system: 'bySystem',
};

const follow = (event: MouseEvent) => {
  const target = event.target as Element;
  if (target.closest('a, button, label, input') || getSelection()?.toString()) return;
  target.closest('tr')?.querySelector('a')?.click();
};

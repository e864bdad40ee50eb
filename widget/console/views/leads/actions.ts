import {html} from 'lit/html.js';

import type {ExportFormat} from '../../../../server/contract/owner-exports.js';
import type {BulkLeads, BulkResult, LeadFilter} from '../../../../server/contract/owner-leads.js';
import {call} from '../../core/api.js';
import {showDialog} from '../../parts/dialog.js';
import {errorText} from '../../parts/states.js';
import {toApiError} from '../../core/loader.js';
import {say, sayCount} from '../../texts/texts.js';

/** Leads that an action concerns: chosen ones, or all that are found. */
export type Chosen = {uuids: string[]; expect: number} | {filter: LeadFilter; expect: number};

/** Marks or erases many leads. Returns how many have changed. */
export const changeLeads = async (action: BulkLeads['action'], chosen: Chosen): Promise<number> => {
  const {changed} = await call<BulkResult>('leads/bulk', {
    method: 'POST',
    body: {action, ...chosen},
  });
  return changed;
};

/** Asks whether leads shall be erased, and erases them. Returns whether that happened. */
export const askToErase = (count: number, erase: () => Promise<unknown>): Promise<boolean> =>
  showDialog({
    title: sayCount('eraseTitle', count),
    body: html`<div>
        <h3>${say('eraseGoes')}</h3>
        <ul>
          <li>${say('eraseContact')}</li>
          <li>${say('eraseMessages')}</li>
          <li>${say('eraseFiles')}</li>
        </ul>
      </div>
      <div>
        <h3>${say('eraseStays')}</h3>
        <ul>
          <li>${say('eraseConsents')}</li>
          <li>${say('eraseTrail')}</li>
        </ul>
      </div>
      <p>${say('eraseForGood')}</p>`,
    action: sayCount('eraseAction', count),
    close: say('keep'),
    isDangerous: true,
    run: erase,
  });

/** Downloads everything that a filter finds. Shows the error if it is refused. */
export const exportLeads = async (
  filter: LeadFilter,
  format: ExportFormat,
  notify: (text: string) => void,
): Promise<void> => {
  try {
    const {url} = await call<{url: string}>('exports', {method: 'POST', body: {filter, format}});
    download(url);
    notify(say('exportStarts'));
  } catch (error) {
    notify(errorText(toApiError(error)));
  }
};

/** Follows a link to a file, which the server sends as an attachment. */
export const download = (url: string): void => {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
};

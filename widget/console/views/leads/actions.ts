import {html} from 'lit/html.js';

import type {
  CreateExport,
  CreatedExport,
  ExportFormat,
} from '../../../../server/contract/owner-exports.js';
import type {BulkLeads, BulkResult, LeadFilter} from '../../../../server/contract/owner-leads.js';
import {call} from '../../core/api.js';
import {BASE} from '../../core/base.js';
import type {Context} from '../../core/context.js';
import {showDialog} from '../../parts/dialog.js';
import {followDownload, tryToDownload} from '../../parts/save.js';
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

/**
 * Asks whether leads shall be erased, and erases them. `who` names a single lead. Returns whether
 * that happened.
 */
export const askToErase = (
  count: number,
  erase: () => Promise<unknown>,
  who?: string,
): Promise<boolean> =>
  showDialog({
    title: who ? say('eraseTitleOf', {who}) : sayCount('eraseTitle', count),
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

/**
 * Prepares an export, which the browser then downloads: it can be larger than the memory of a page.
 * If it cannot be prepared, a dialog says so, and can try again.
 */
export const exportLeads = (
  {expect: _, ...choice}: Chosen,
  format: ExportFormat,
  notify: Context['notify'],
): Promise<void> =>
  tryToDownload(async () => {
    const body: CreateExport = {...choice, format};
    const {url} = await call<CreatedExport>('exports', {method: 'POST', body});
    followDownload(BASE + url.slice(1));
    notify(say('exportInBrowser'));
  });

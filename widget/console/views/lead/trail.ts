import {html} from 'lit/html.js';

import type {LeadTrail, LeadTrailRow} from '../../../../server/contract/owner-lead-trail.js';
import {call} from '../../core/api.js';
import {Loader} from '../../core/loader.js';
import {typed} from '../../parts/controls.js';
import {whenLoaded} from '../../parts/states.js';
import {fullTime} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say} from '../../texts/texts.js';
import en from '../../texts/en.js';

const MAX_PAGES = 20;

/** Creates the card with the audit rows of a lead. They are loaded with it, so that it can be printed. */
export const createTrail = (path: string, update: () => void) => {
  const rows = new Loader<LeadTrailRow[]>(update);
  const load = () => rows.load(() => loadTrail(path));
  return {
    load,
    card: ({isOpen = false} = {}) =>
      html`<details class="card trail" ?open=${isOpen}>
        <summary><h2>${say('trail')}</h2></summary>
        ${whenLoaded(rows, list, load)}
      </details>`,
  };
};

const loadTrail = async (path: string): Promise<LeadTrailRow[]> => {
  const all: LeadTrailRow[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const {rows, next} = await call<LeadTrail>(`${path}/trail`, {query: {after}});
    all.push(...rows);
    if (next === null) break;
    after = String(next);
  }
  return all;
};

const list = (rows: readonly LeadTrailRow[]) =>
  html`<ol>
    ${rows.map(
      ({at, type, by, account}) =>
        html`<li>
          ${eventText(type)}
          <span class="note"
            >${account?.name ? typed(account.name) : say(BY[by])} · ${fullTime(at)}</span
          >
        </li>`,
    )}
  </ol>`;

const BY: Record<LeadTrailRow['by'], TextKey> = {
  visitor: 'byVisitor',
  account: 'byAccount',
  operator: 'byOperator',
  server: 'byServer',
};

/** Returns an audit event in words. An event without words is shown by its name. */
export const eventText = (type: string): string => {
  const key = `event_${type}`;
  return key in en ? say(key as TextKey) : type.replaceAll('_', ' ');
};

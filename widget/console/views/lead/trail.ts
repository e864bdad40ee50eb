import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {Conversation} from '../../../../server/contract/conversation.js';
import type {LeadTrail, LeadTrailRow} from '../../../../server/contract/owner-lead-trail.js';
import type {OwnerSite} from '../../../../server/contract/owner-sites.js';
import {call} from '../../core/api.js';
import {Loader} from '../../core/loader.js';
import {typed} from '../../parts/controls.js';
import {whenLoaded} from '../../parts/states.js';
import {fullTime} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say} from '../../texts/texts.js';
import {isPurpose, purposeText, stepNameOf} from '../steps.js';

const MAX_PAGES = 20;

/** Creates the card with the audit rows of a lead. They are loaded with it, so that it can be printed. */
export const createTrail = (path: string, update: () => void) => {
  const rows = new Loader<LeadTrailRow[]>(update);
  const site = new Loader<OwnerSite>(update);
  const load = () => rows.load(() => loadTrail(path));
  return {
    load,
    /** Loads the conversation of the site, whose words the rows have. */
    loadSteps: async (key: string) => {
      if (!site.value) await site.load(() => call(`sites/${encodeURIComponent(key)}`));
    },
    card: ({isOpen = false} = {}) =>
      html`<details class="card trail" ?open=${isOpen}>
        <summary><h2>${say('trail')}</h2></summary>
        ${whenLoaded(rows, (value) => list(value, site.value?.config.conversation), load)}
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

const list = (rows: readonly LeadTrailRow[], conversation?: Conversation) =>
  html`<ol>
    ${rows.map((row) => {
      const detail = detailOf(row, conversation);
      return html`<li>
        ${say(`event_${row.type}`)}${detail === null ? nothing : html` · ${detail}`}
        <span class="note">${actorOf(row)} · ${fullTime(row.at)}</span>
      </li>`;
    })}
  </ol>`;

const actorOf = ({by, account}: LeadTrailRow) => {
  const name = account?.name ?? account?.email;
  return name ? typed(name) : say(BY[by]);
};

const BY: Record<LeadTrailRow['by'], TextKey> = {
  visitor: 'byVisitor',
  account: 'byAccount',
  operator: 'byOperator',
  server: 'byServer',
};

/** Returns the file, step, status or values that a row is about; null if it has none. */
const detailOf = (
  {file, metadata}: LeadTrailRow,
  conversation?: Conversation,
): TemplateResult | string | null => {
  const {step, status, purpose, fields, stopped_by: stoppedBy} = metadata;
  if (file) return file.name === null ? say('deletedFile') : typed(file.name);
  if (typeof step === 'string') return typed(conversation ? stepNameOf(step, conversation) : step);
  if (status === 'done' || status === 'open') return say(STATUS[status]);
  if (isPurpose(purpose)) return purposeText(purpose);
  if (stoppedBy) return say('linkStopped');
  if (!Array.isArray(fields)) return null;
  return fields.flatMap((field) => (isField(field) ? [say(FIELDS[field])] : [])).join(', ');
};

const STATUS = {done: 'viewDone', open: 'viewOpen'} as const;

const FIELDS = {name: 'name', email: 'email', answers: 'answers', locale: 'language'} as const;

const isField = (field: unknown): field is keyof typeof FIELDS =>
  typeof field === 'string' && Object.hasOwn(FIELDS, field);

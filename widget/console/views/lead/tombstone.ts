import {html} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {ErrorBody} from '../../../../server/contract/common.js';

import type {ApiError} from '../../core/api.js';
import {exactTime} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say} from '../../texts/texts.js';

const BY: Record<string, TextKey> = {
  visitor: 'erasedByVisitor',
  operator: 'erasedByOperator',
  account: 'erasedByAccount',
  retention: 'erasedByRetention',
};

interface Tombstone {
  uuid: string;
  error: ApiError;
  back: string;
  /** Consents and trail, which stay. */
  proof: TemplateResult;
}

/** Shows that a lead was erased, when, and on whose request, and what stays. */
export const tombstone = ({uuid, error, back, proof}: Tombstone): TemplateResult => {
  const {erasure} = error.body as ErrorBody;
  return html`<p class="crumbs no-print"><a href=${back}>${say('backToLeads')}</a></p>
    <section class="empty tombstone">
      <h1>${say('erasedTitle')}</h1>
      <p>
        ${erasure?.at ? html`${say('erasedAt', {time: exactTime(erasure.at)})} ` : ''}${say(
          BY[erasure?.by ?? ''] ?? 'erasedBySomebody',
        )}
      </p>
      <p class="note">${say('reference')} <code>${uuid.slice(0, 8)}</code></p>
    </section>
    <div class="proof">${proof}</div>`;
};

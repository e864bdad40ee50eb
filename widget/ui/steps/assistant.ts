import {html} from 'lit';

import type {ViewContext} from '../view-context.js';

/** Continues after a step at which the visitor may ask questions. */
export const assistantView = ({chat: {flow}, language: {texts}}: ViewContext) => html`
  <div class="pair">
    <button part="button" class="choice" @click=${() => flow.complete(flow.step!)}>
      ${texts.goOn}
    </button>
  </div>
`;

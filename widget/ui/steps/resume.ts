/** Code that only returning visitors need, in a file of its own: most visits have one session. */
import {html} from 'lit';

import type {ViewContext} from '../view-context.js';

export * from '../../core/resume.js';

export const resumeView = ({chat: {lifecycle}, language: {texts}}: ViewContext) => html`
  <div class="pair" role="group" aria-label=${texts.yourChoice} tabindex="-1" data-focus>
    <button part="button" class="primary" @click=${() => lifecycle.continueVisit()}>
      ${texts.goOn}
    </button>
    <button part="button" class="choice" @click=${() => lifecycle.startOver()}>
      ${texts.discard}
    </button>
  </div>
`;

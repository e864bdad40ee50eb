import {html} from 'lit/html.js';

import {SEND, icon} from './icons.js';

/** Sends a form. */
export const sendButtonView = (label: string, isBusy: boolean, isDisabled = isBusy) => html`
  <button class="send" part="button" ?disabled=${isDisabled} aria-label=${label}>
    ${isBusy ? html`<span class="spinner"></span>` : icon(SEND)}
  </button>
`;

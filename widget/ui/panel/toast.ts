import {html, nothing} from 'lit/html.js';

import {freshText} from '../controls/fresh-text.js';
import type {ViewContext} from '../view-context.js';

/** The container stays, so that screen readers read what is added to it. */
export const toastView = ({state: {toast}, texts}: ViewContext) => html`
  <div class="toasts" role="status">
    ${toast ? html`<p class="toast" part="toast">${freshText(texts[toast])}</p>` : nothing}
  </div>
`;

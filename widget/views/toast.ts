import {html, nothing} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import {freshText} from './fresh-text.js';

/** The container stays, so that screen readers hear what is put into it. */
export const toastView = ({signs}: Chat, {texts}: Language) => html`
  <div class="toasts" role="status">
    ${signs.toast ? html`<p class="toast" part="toast">${freshText(texts[signs.toast])}</p>` : nothing}
  </div>
`;

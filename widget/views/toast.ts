import {html, nothing} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';

/** The container stays, so that screen readers hear what is put into it. */
export const toastView = (chat: Chat, {texts}: Language) => html`
  <div class="toasts" role="status">
    ${chat.toast ? html`<p class="toast" part="toast">${texts[chat.toast]}</p>` : nothing}
  </div>
`;

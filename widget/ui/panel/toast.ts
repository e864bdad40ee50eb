import {html, nothing} from 'lit';

import type {Chat} from '../../core/chat.js';
import type {Language} from '../../i18n/languages.js';
import {freshText} from '../controls/fresh-text.js';

/** The container stays, so that screen readers hear what is put into it. */
export const toastView = ({status}: Chat, {texts}: Language) => html`
  <div class="toasts" role="status">
    ${status.toast ? html`<p class="toast" part="toast">${freshText(texts[status.toast])}</p>` : nothing}
  </div>
`;

import {html, nothing} from 'lit';

import {answerConsent} from '../../core/commands/answer-consent.js';
import type {Chat} from '../../core/chat.js';
import type {Language} from '../../i18n/languages.js';

/** Two equal buttons, none chosen before. The group takes the focus, so that neither is nudged. */
export const consentView = (chat: Chat, {texts}: Language) => html`
  <div
    class="consent"
    part="consent"
    role="group"
    aria-label=${texts.yourChoice}
    tabindex="-1"
    data-focus
  >
    <div class="pair">
      <button part="button" class="choice" @click=${choose(chat, true)}>${texts.agree}</button>
      <button part="button" class="choice" @click=${choose(chat, false)}>${texts.disagree}</button>
    </div>
    ${privacyLink(chat.host.privacyUrl ?? chat.config?.privacy_url, texts.privacy)}
  </div>
`;

/** The second click of a double click is meant for the first question, not for the next. */
const choose = (chat: Chat, granted: boolean) => (event: MouseEvent) => {
  if (event.detail < 2) void answerConsent(chat, granted);
};

const privacyLink = (url: string | null | undefined, label: string) =>
  url && /^https?:/.test(url)
    ? html`<a class="quiet" href=${url} target="_blank" rel="noopener noreferrer">${label}</a>`
    : nothing;

import {html, nothing} from 'lit';

import {answerConsent} from '../../core/commands/answer-consent.js';
import type {Chat} from '../../core/chat.js';
import type {ViewContext} from '../view-context.js';

/** Shows two equal buttons, none preselected. The group has the focus, so that none is suggested. */
export const consentView = ({chat, language: {texts}}: ViewContext) => html`
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
    ${privacyLink(chat.host.settings.privacyUrl ?? chat.config?.privacy_url, texts.privacy)}
  </div>
`;

/** Ignores the second click of a double click, which is meant for the first question. */
const choose = (chat: Chat, granted: boolean) => (event: MouseEvent) => {
  if (event.detail < 2) void answerConsent(chat, granted);
};

const privacyLink = (url: string | null | undefined, label: string) =>
  url && /^https?:/.test(url)
    ? html`<a class="quiet" href=${url} target="_blank" rel="noopener noreferrer">${label}</a>`
    : nothing;

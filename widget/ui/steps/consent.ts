import {html, nothing} from 'lit/html.js';

import {answerConsent} from '../../core/commands/answer-consent.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';

/** Shows two equal buttons, none preselected. The group has the focus, so that none is suggested. */
export const consentView = ({chat, texts}: ViewContext) => html`
  <div
    class="consent"
    part="consent"
    role="group"
    aria-label=${texts.yourChoice}
    tabindex="-1"
    data-focus
  >
    ${privacyLink(chat.host.settings.privacyUrl ?? chat.config?.privacy_url, texts.privacy)}
    <div class="pair">
      ${buttonView(texts.agree, () => answerConsent(chat, true))}
      ${buttonView(texts.disagree, () => answerConsent(chat, false))}
    </div>
  </div>
`;

const privacyLink = (url: string | null | undefined, label: string) =>
  url && /^https?:/.test(url)
    ? html`<a class="link" href=${url} target="_blank" rel="noopener noreferrer">${label}</a>`
    : nothing;

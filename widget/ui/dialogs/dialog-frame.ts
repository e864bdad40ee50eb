import {html, nothing} from 'lit/html.js';

import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {buttonView} from '../controls/button.js';
import {CLOSE, iconButton} from '../controls/icons.js';
import type {DialogHost} from '../dialog-host.js';

interface Frame {
  title: string;
  body: unknown;
  /** True if something in the body has the focus, instead of the title. */
  isFocusElsewhere?: boolean;
}

/** Covers the panel only: the page around it stays usable. */
export const frameView = (
  dialogs: Readonly<DialogHost>,
  texts: AllTexts,
  {title, body, isFocusElsewhere}: Frame,
) =>
  coverView(
    'dialog',
    html`
      <div class="fact">
        <h2 id="title" tabindex="-1" ?data-focus-dialog=${!isFocusElsewhere}>${title}</h2>
        ${iconButton(CLOSE, texts.dismiss, () => dialogs.close())}
      </div>
      <div class="content">${body}</div>
    `,
  );

export interface Question {
  /** Also the words of the button that does it. */
  title: string;
  consequence: unknown;
  onConfirm: () => unknown;
  onCancel: () => unknown;
}

/** Asks before something that cannot be undone. The harmless answer has the focus. */
export const questionView = (texts: AllTexts, question: Question) =>
  coverView(
    'alertdialog',
    html`
      <h2 id="title">${question.title}</h2>
      <div id="consequence">${question.consequence}</div>
      <div class="pair">
        <button part="button" class="choice" data-focus-dialog @click=${question.onCancel}>
          ${texts.cancel}
        </button>
        ${buttonView(question.title, question.onConfirm, {style: 'danger'})}
      </div>
    `,
  );

const coverView = (role: string, body: unknown) => html`
  <div class="veil">
    <div
      class="dialog"
      part="dialog"
      role=${role}
      aria-modal="true"
      aria-labelledby="title"
      aria-describedby=${role === 'alertdialog' ? 'consequence' : nothing}
    >
      ${body}
    </div>
  </div>
`;

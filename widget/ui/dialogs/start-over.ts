import {html} from 'lit/html.js';

import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import {referenceView} from '../controls/reference.js';
import type {Chat} from '../../core/chat.js';
import type {Dialog, DialogController} from '../dialog-host.js';
import {questionView} from './dialog-frame.js';

export const createStartOver = (chat: Chat, {dialogs}: DialogController): Dialog => ({
  view(language) {
    const texts = dialogTexts(language, chat);
    const isSubmitted = chat.state.sessionState !== 'visit';
    return questionView(texts, {
      title: texts.startOver,
      consequence: isSubmitted
        ? html`<p>${texts.confirmForget}</p>
            <div class="fact">${referenceView(chat, texts)}</div>`
        : texts.confirmDiscard,
      onConfirm: () => chat.lifecycle.startOver(),
      onCancel: () => dialogs.close(),
    });
  },
});

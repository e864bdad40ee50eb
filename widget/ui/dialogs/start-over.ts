import {html} from 'lit';

import type {Chat, Dialog} from '../../core/chat.js';
import type {Language} from '../../i18n/languages.js';
import {questionView} from './dialog-frame.js';
import {referenceView} from '../controls/reference.js';
import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';

export class StartOver implements Dialog {
  constructor(private readonly chat: Chat) {}

  view(language: Language) {
    const {chat} = this;
    const words = dialogTexts(chat, language);
    const isHandedIn = chat.state !== 'visit';
    return questionView(words, {
      title: words.startOver,
      consequence: isHandedIn
        ? html`<p>${words.confirmForget}</p>
            ${referenceView(chat, language)}`
        : words.confirmDiscard,
      confirm: words.startOver,
      onConfirm: () => chat.lifecycle.startOver(),
      onCancel: () => chat.cover(null),
    });
  }
}

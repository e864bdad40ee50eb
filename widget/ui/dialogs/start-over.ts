import {html} from 'lit';

import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import type {Language} from '../../i18n/languages.js';
import {referenceView} from '../controls/reference.js';
import type {Chat} from '../../core/chat.js';
import type {Dialog, DialogController} from '../dialog-host.js';
import {questionView} from './dialog-frame.js';

export class StartOver implements Dialog {
  constructor(
    private readonly chat: Chat,
    private readonly controller: DialogController,
  ) {}

  view(language: Language) {
    const {chat} = this;
    const {dialogs} = this.controller;
    const texts = dialogTexts(language, chat, () => chat.host.onChange());
    const isSubmitted = chat.state.sessionState !== 'visit';
    return questionView(texts, {
      title: texts.startOver,
      consequence: isSubmitted
        ? html`<p>${texts.confirmForget}</p>
            ${referenceView(chat, language.texts)}`
        : texts.confirmDiscard,
      confirm: texts.startOver,
      onConfirm: () => chat.lifecycle.startOver(),
      onCancel: () => dialogs.close(),
    });
  }
}

import {html} from 'lit';

import type {Chat, Overlay} from '../chat.js';
import type {Language} from '../texts.js';
import {questionView} from './frame.js';
import {referenceView} from '../views/reference.js';
import {wordsOf} from './words.js';

export class StartOver implements Overlay {
  constructor(private readonly chat: Chat) {}

  view(language: Language) {
    const {chat} = this;
    const words = wordsOf(chat, language);
    const isHandedIn = chat.state !== 'visit';
    return questionView(words, {
      title: words.startOver,
      consequence: isHandedIn
        ? html`<p>${words.confirmForget}</p>
            ${referenceView(chat, language)}`
        : words.confirmDiscard,
      confirm: words.startOver,
      onConfirm: () => chat.endings.startOver(),
      onCancel: () => chat.cover(null),
    });
  }
}

import {html} from 'lit';

import type {Chat, Dialog} from '../../core/chat.js';
import {LARGEST_TEXT, chime} from '../page/visitor-settings.js';
import {formatPercent, languageTags} from '../../i18n/languages.js';
import type {Language, LanguageTag} from '../../i18n/languages.js';
import {frameView} from './dialog-frame.js';
import {exportTranscript, openDialog} from './open-dialog.js';
import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';

/** All that is not the conversation itself, and the visitor's own wishes for this browser. */
export class Menu implements Dialog {
  constructor(private readonly chat: Chat) {}

  view(language: Language) {
    const {chat} = this;
    const words = dialogTexts(chat, language);
    const item = (label: string, act: (event: Event) => unknown, look = '') =>
      html`<button part="button" class="item ${look}" @click=${act}>${label}</button>`;
    const leaveTo = (how: 'saveTranscript' | 'printConversation') => async (event: Event) => {
      const path = event.composedPath();
      chat.cover(null);
      await chat.host.updateComplete;
      await exportTranscript(chat, how, path);
    };
    const body = html`
      ${item(words.myData, () => openDialog(chat, 'myData'))}
      ${item(words.keep, leaveTo('saveTranscript'))}
      ${item(words.print, leaveTo('printConversation'))}
      ${item(words.startOver, () => openDialog(chat, 'startOver'), 'to-danger')}
      ${this.settingsView(words, language)}
    `;
    return frameView(chat, words, {title: words.menu, body});
  }

  private settingsView(words: AllTexts, language: Language) {
    const {storage} = this.chat;
    const size = storage.get('text-size') ?? '1';
    return html`
      <label class="fact">
        <span>${words.language}</span>
        <select @change=${this.heed('lang')}>
          ${languageTags.map((tag) => optionView(tag, tag === language.tag))}
        </select>
      </label>
      <label class="fact">
        <span>${words.textSize}</span>
        <input
          type="range"
          min="1"
          max=${LARGEST_TEXT}
          step="0.15"
          .value=${size}
          aria-valuetext=${formatPercent(Math.round(Number(size) * 100), language.tag)}
          @change=${this.heed('text-size')}
        />
      </label>
      <label class="fact">
        <span>${words.sound}</span>
        <input
          type="checkbox"
          .checked=${storage.get('sound') === 'true'}
          @change=${this.heed('sound')}
        />
      </label>
    `;
  }

  private heed(key: string) {
    return ({target}: Event) => {
      const {checked, type, value} = target as HTMLInputElement;
      const {host, storage} = this.chat;
      storage.set(key, type === 'checkbox' ? String(checked) : value);
      host.followSettings();
      host.requestUpdate();
      if (checked) void chime();
    };
  }
}

/** Each as its own speakers call it. */
const optionView = (tag: LanguageTag, isChosen: boolean) => html`
  <option value=${tag} lang=${tag} ?selected=${isChosen}>
    ${new Intl.DisplayNames([tag], {type: 'language'}).of(tag)}
  </option>
`;

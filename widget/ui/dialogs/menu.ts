import {html} from 'lit';

import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {formatPercent} from '../../i18n/format.js';
import {languageTags} from '../../i18n/languages.js';
import type {Language, LanguageTag} from '../../i18n/languages.js';
import type {Chat} from '../../core/chat.js';
import type {Dialog, DialogController, ExportKind} from '../dialog-host.js';
import {LARGEST_TEXT, chime} from '../page/visitor-settings.js';
import {frameView} from './dialog-frame.js';

/** Opens the other dialogs, and has the visitor's settings for this browser. */
export class Menu implements Dialog {
  constructor(
    private readonly chat: Chat,
    private readonly controller: DialogController,
  ) {}

  view(language: Language) {
    const {chat} = this;
    const {dialogs} = this.controller;
    const texts = dialogTexts(language, chat, () => chat.host.onChange());
    const item = (label: string, act: (event: Event) => unknown, style = '') =>
      html`<button part="button" class="item ${style}" @click=${act}>${label}</button>`;
    const exportAs = (kind: ExportKind) => (event: Event) =>
      dialogs.exportConversation(kind, event.composedPath());
    const body = html`
      ${item(texts.myData, () => dialogs.open('myData'))}
      ${item(texts.keep, exportAs('saveTranscript'))}
      ${item(texts.print, exportAs('printConversation'))}
      ${item(texts.startOver, () => dialogs.open('startOver'), 'to-danger')}
      ${this.settingsView(texts, language)}
    `;
    return frameView(dialogs, texts, {title: texts.menu, body});
  }

  private settingsView(texts: AllTexts, language: Language) {
    const {storage} = this.chat;
    const size = storage.get('text-size') ?? '1';
    return html`
      <label class="fact">
        <span>${texts.language}</span>
        <select @change=${this.saveAs('lang')}>
          ${languageTags.map((tag) => optionView(tag, tag === language.tag))}
        </select>
      </label>
      <label class="fact">
        <span>${texts.textSize}</span>
        <input
          type="range"
          min="1"
          max=${LARGEST_TEXT}
          step="0.15"
          .value=${size}
          aria-valuetext=${formatPercent(Math.round(Number(size) * 100), language.locale)}
          @change=${this.saveAs('text-size')}
        />
      </label>
      <label class="fact">
        <span>${texts.sound}</span>
        <input
          type="checkbox"
          .checked=${storage.get('sound') === 'true'}
          @change=${this.saveAs('sound')}
        />
      </label>
    `;
  }

  private saveAs(key: string) {
    return ({target}: Event) => {
      const {checked, type, value} = target as HTMLInputElement;
      const {chat, controller} = this;
      chat.storage.set(key, type === 'checkbox' ? String(checked) : value);
      controller.applySettings();
      chat.host.onChange();
      if (checked) void chime();
    };
  }
}

/** Shows a language in its own name. */
const optionView = (tag: LanguageTag, isChosen: boolean) => html`
  <option value=${tag} lang=${tag} ?selected=${isChosen}>
    ${new Intl.DisplayNames([tag], {type: 'language'}).of(tag)}
  </option>
`;

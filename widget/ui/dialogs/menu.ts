import {html} from 'lit';

import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {formatPercent} from '../../i18n/format.js';
import {languageTags} from '../../i18n/languages.js';
import type {Language, LanguageTag} from '../../i18n/languages.js';
import type {Chat} from '../../core/chat.js';
import {icon} from '../controls/icons.js';
import {RESTART} from '../controls/intake-icons.js';
import type {Dialog, DialogController, ExportKind} from '../dialog-host.js';
import {LARGEST_TEXT, chime} from '../page/visitor-settings.js';
import {frameView} from './dialog-frame.js';
import {DOWNLOAD} from './dialog-icons.js';

const BELL = 'M6 16v-6a6 6 0 0 1 12 0v6l2 2H4zm4.5 5h3';
const CHEVRON = 'M8 10l4 4 4-4';
const GLOBE = 'M3 12h18M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zc4 5 4 13 0 18-4-5-4-13 0-18';
const LETTERS = 'M3 19 8.5 5 14 19M5 14h7m4 5 3-8 3 8m-5-3h4';
const PERSON = 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 8a7 7 0 0 1 14 0';
const PRINTER = 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z';

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
    const item = (path: string, label: string, act: (event: Event) => unknown, style = '') =>
      html`<button part="button" class="item ${style}" @click=${act}>
        ${icon(path)}${label}
      </button>`;
    const exportAs = (kind: ExportKind) => (event: Event) =>
      dialogs.exportConversation(kind, event.composedPath());
    const body = html`
      ${this.settingsView(texts, language)}
      <hr />
      ${item(PERSON, texts.myData, () => dialogs.open('myData'))}
      ${item(DOWNLOAD, texts.keep, exportAs('saveTranscript'))}
      ${item(PRINTER, texts.print, exportAs('printConversation'))}
      <hr />
      ${item(RESTART, texts.startOver, () => dialogs.open('startOver'), 'to-danger')}
    `;
    return frameView(dialogs, texts, {title: texts.menu, body});
  }

  private settingsView(texts: AllTexts, language: Language) {
    const {storage} = this.chat;
    const size = storage.get('text-size') ?? '1';
    const setting = (path: string, label: string, control: unknown) =>
      html`<label class="setting">${icon(path)}<span>${label}</span>${control}</label>`;
    return [
      setting(
        GLOBE,
        texts.language,
        html`
          <select @change=${this.saveAs('lang')}>
            ${languageTags.map((tag) => optionView(tag, tag === language.tag))}
          </select>
          ${icon(CHEVRON)}
        `,
      ),
      setting(
        LETTERS,
        texts.textSize,
        html`
          <input
            type="range"
            min="1"
            max=${LARGEST_TEXT}
            step="0.15"
            .value=${size}
            aria-valuetext=${formatPercent(Math.round(Number(size) * 100), language.locale)}
            @change=${this.saveAs('text-size')}
          />
        `,
      ),
      setting(
        BELL,
        texts.sound,
        html`
          <input
            type="checkbox"
            .checked=${storage.get('sound') === 'true'}
            @change=${this.saveAs('sound')}
          />
        `,
      ),
    ];
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

import {html} from 'lit/html.js';

import {dialogTexts} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {formatPercent} from '../../i18n/format.js';
import {languageTags} from '../../i18n/languages.js';
import type {Language, LanguageTag} from '../../i18n/languages.js';
import type {Chat} from '../../core/chat.js';
import {buttonView} from '../controls/button.js';
import {icon} from '../controls/icons.js';
import {FILE, RESTART} from '../controls/intake-icons.js';
import type {Dialog, DialogController} from '../dialog-host.js';
import {chime} from '../page/chime-unseen.js';
import {LARGEST_TEXT} from '../page/text-size.js';
import {frameView} from './dialog-frame.js';
import {DOWNLOAD} from './dialog-icons.js';

const CHEVRON = 'M8 10l4 4 4-4';
const PERSON = 'M12 12a4 4 0 1 0-.1 0M5 20a7 7 0 0 1 14 0';

/** Opens the other dialogs, and has the visitor's settings for this browser. */
export const createMenu = (chat: Chat, controller: DialogController): Dialog => {
  const {host, status, storage} = chat;
  const {dialogs} = controller;

  const saveAs =
    (key: string) =>
    ({target}: Event) => {
      const {checked, type, value} = target as HTMLInputElement;
      storage.set(key, type === 'checkbox' ? String(checked) : value);
      controller.applySettings();
      if (checked) void chime();
    };

  const settingsView = (texts: AllTexts, language: Language) => {
    const size = storage.get('text-size') ?? '1';
    return [
      settingView(
        texts.language,
        html`
          <select @change=${saveAs('lang')}>
            ${languageTags.map((tag) => optionView(tag, tag === language.tag))}
          </select>
          ${icon(CHEVRON)}
        `,
      ),
      settingView(
        texts.textSize,
        html`
          <input
            type="range"
            min="1"
            max=${LARGEST_TEXT}
            step="0.15"
            .value=${size}
            aria-valuetext=${formatPercent(Number(size) * 100, language)}
            @change=${saveAs('text-size')}
          />
        `,
      ),
      settingView(
        texts.sound,
        html`
          <input
            type="checkbox"
            .checked=${storage.get('sound') === 'true'}
            @change=${saveAs('sound')}
          />
        `,
      ),
    ];
  };

  /** Closes the menu, and saves or prints. */
  const exportAs = (kind: 'saveTranscript' | 'printConversation') => async (event: Event) => {
    const path = event.composedPath();
    dialogs.close();
    const exports = await import('./export.js').catch(host.onLoadError);
    if (exports) exports[kind](chat, path);
    else status.showToast('notLoaded');
  };

  return {
    view(language) {
      const texts = dialogTexts(language, chat);
      const body = html`
        ${settingsView(texts, language)}
        <hr />
        ${itemView(PERSON, texts.myData, () => dialogs.open('myData'))}
        ${itemView(DOWNLOAD, texts.keep, exportAs('saveTranscript'))}
        ${itemView(FILE, texts.print, exportAs('printConversation'))}
        <hr />
        ${itemView(RESTART, texts.startOver, () => dialogs.open('startOver'), 'to-danger')}
      `;
      return frameView(dialogs, texts, {title: texts.menu, body});
    },
  };
};

const itemView = (path: string, label: string, act: (event: Event) => unknown, style = '') =>
  buttonView([icon(path), label], act, {style: `item ${style}`});

const settingView = (label: string, control: unknown) =>
  html`<label class="setting"><span>${label}</span>${control}</label>`;

/** Shows a language in its own name. */
const optionView = (tag: LanguageTag, isChosen: boolean) => html`
  <option value=${tag} lang=${tag} ?selected=${isChosen}>
    ${new Intl.DisplayNames([tag], {type: 'language'}).of(tag)}
  </option>
`;

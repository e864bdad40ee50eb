import {html, nothing} from 'lit';

import type {StoredFile} from '../../../server/contract/files.js';
import {MAX_EMAIL_LENGTH} from '../../../server/contract/limits.js';
import {MAX_NAME_LENGTH} from '../../../server/contract/name-limit.js';
import type {RecordedConsent} from '../../../server/contract/sessions.js';

import type {Chat} from '../../core/chat.js';
import {MyData} from '../../core/my-data.js';
import {dialogTexts, formatTime} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {formatSize} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';
import {iconButton} from '../controls/icons.js';
import {TRASH} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import {submitTo} from '../controls/text-field.js';
import type {Dialog, DialogController} from '../dialog-host.js';
import {frameView, questionView} from './dialog-frame.js';
import {DOWNLOAD} from './dialog-icons.js';
import {FileLinks} from './file-links.js';
import {saveFile} from './save-file.js';

interface MyDataContext {
  chat: Chat;
  data: MyData;
  language: Language;
  texts: AllTexts;
}

/** Shows the data stored about the visitor, and has it corrected, downloaded and erased. */
export class MyDataDialog implements Dialog {
  private readonly data: MyData;

  constructor(
    private readonly chat: Chat,
    private readonly controller: DialogController,
  ) {
    this.data = new MyData({
      chat,
      saveFile,
      links: new FileLinks(chat.client.api),
      erasedText: (reference) => (language) =>
        interpolate(this.textsIn(language), 'erased', {reference}),
    });
  }

  load() {
    return this.data.load();
  }

  stepBack() {
    return this.data.stepBack();
  }

  view(language: Language) {
    const {chat, controller, data} = this;
    const texts = this.textsIn(language);
    const context = {chat, data, language, texts};
    const {asking, editing, error, isBusy, session} = data.state;
    if (asking) return eraseQuestionView(context, asking);
    const button = (label: string, onClick: () => unknown, style = '') => html`
      <button part="button" class="choice wide ${style}" ?disabled=${isBusy} @click=${onClick}>
        ${label}
      </button>
    `;
    return frameView(controller.dialogs, texts, {
      title: texts.myData,
      isFocusElsewhere: editing !== null,
      body: html`
        ${factsView(context)}
        <p class="fault" id="data-fault" role="alert">${error && texts[error]}</p>
        <p class="hint" role="status">${isBusy ? texts.loading : nothing}</p>
        ${
          session
            ? html`${button(texts.downloadAll, () => data.downloadAll())}
              ${button(texts.erase, () => data.ask('erase'), 'to-danger')}`
            : error && button(texts.retry, () => data.load())
        }
      `,
    });
  }

  private textsIn(language: Language) {
    const {chat} = this;
    return dialogTexts(language, chat, () => chat.host.onChange());
  }
}

/** Both questions erase everything: the erasure itself, and the withdrawal of the consent. */
const eraseQuestionView = ({data, texts}: MyDataContext, asking: 'erase' | 'withdraw') =>
  questionView(texts, {
    title: texts[asking],
    consequence: texts.eraseConsequence,
    confirm: texts[asking],
    onConfirm: () =>
      asking === 'erase'
        ? data.erase()
        : data.changeConsent(
            'personal_data',
            false,
            `${texts.withdraw}: ${texts.eraseConsequence}`,
          ),
    onCancel: () => data.ask(null),
  });

const factsView = (context: MyDataContext) => {
  const {chat, data, language, texts} = context;
  const {session} = data.state;
  const isVisit = chat.state.sessionState === 'visit';
  const name = session?.name ?? chat.name;
  const pending = session?.pending_email_masked;
  return html`
    ${name ? fieldView(context, 'name', name) : nothing}
    ${isVisit ? html`<p class="hint">${texts.onlyHere}</p>` : nothing}
    ${session?.email_masked ? fieldView(context, 'email', session.email_masked) : nothing}
    ${pending ? html`<p class="hint">${interpolate(texts, 'pending', {email: pending})}</p>` : nothing}
    ${session?.consents.map((consent) => consentView(context, consent))}
    ${session?.files.length ? html`<h3 class="hint">${texts.files}</h3>` : nothing}
    ${session?.files.map((file) => fileView(context, file))} ${messagesView(context)}
    ${isVisit ? nothing : html`<div class="fact">${referenceView(chat, language.texts)}</div>`}
  `;
};

/** A value below its label. */
const factView = (label: string, value: string, end: unknown) => html`
  <div class="fact">
    <div>
      <p class="hint">${label}</p>
      <p dir="auto">${value}</p>
    </div>
    ${end}
  </div>
`;

/** Something that the visitor has given, above its details. */
const itemView = (title: string, details: string, end: unknown) => html`
  <div class="fact">
    <div>
      <p dir="auto">${title}</p>
      <p class="hint">${details}</p>
    </div>
    ${end}
  </div>
`;

/** A button whose name says what it is about, because screen readers may read the buttons only. */
const linkView = (label: string, about: string, onClick: () => unknown) => html`
  <button part="button" class="link" @click=${onClick}>
    ${label}<span class="sr"> ${about}</span>
  </button>
`;

const fieldView = ({data, texts}: MyDataContext, field: 'name' | 'email', value: string) => {
  const isName = field === 'name';
  const label = isName ? texts.nameLabel : texts.emailLabel;
  if (data.state.editing !== field) {
    return factView(
      label,
      value,
      linkView(texts.change, label, () => data.edit(field)),
    );
  }
  return html`
    <form novalidate @submit=${submitTo((text) => data.save(text))}>
      <label class="hint" for="edit">${isName ? label : texts.newAddress}</label>
      <div class="field">
        <input
          id="edit"
          name="edit"
          type=${isName ? 'text' : 'email'}
          autocomplete=${field}
          maxlength=${isName ? MAX_NAME_LENGTH : MAX_EMAIL_LENGTH}
          dir="auto"
          .value=${isName ? value : ''}
          aria-describedby="data-fault"
          data-focus-dialog
        />
        <button part="button" class="primary" ?disabled=${data.state.isBusy}>${texts.save}</button>
      </div>
      ${isName ? nothing : html`<p class="hint">${texts.askEmail}</p>`}
    </form>
  `;
};

const consentView = (
  {chat, data, language, texts}: MyDataContext,
  {purpose, granted, recorded_at}: RecordedConsent,
) => {
  const {flow} = chat;
  const about = texts[purpose];
  const step = flow.graph.firstOf((one) => one.type === 'consent' && one.purpose === purpose);
  const question = step ? flow.promptFor(step)(language) : about;
  const time = formatTime(new Date(recorded_at), language);
  const decided = interpolate(texts, granted ? 'agreedOn' : 'declinedOn', {time});
  const withdraw = () =>
    purpose === 'personal_data'
      ? data.ask('withdraw')
      : data.changeConsent(purpose, false, `${texts.withdraw}: ${about}`);
  return granted
    ? itemView(about, decided, linkView(texts.withdraw, about, withdraw))
    : itemView(
        question,
        decided,
        linkView(texts.agree, about, () => data.changeConsent(purpose, true, question)),
      );
};

const messagesView = ({data, language, texts}: MyDataContext) =>
  data.state.messages.length === 0
    ? nothing
    : html`
        <h3 class="hint">${texts.messages}</h3>
        ${data.state.messages.map(({body, created_at}) =>
          itemView(body, formatTime(new Date(created_at), language), nothing),
        )}
      `;

const fileView = ({data, language, texts}: MyDataContext, file: StoredFile) => {
  const {id, name, size, uploaded_at} = file;
  const when = formatTime(new Date(uploaded_at), language);
  const facts =
    data.state.readyFile === id
      ? language.texts.downloadReady
      : `${formatSize(size, language.locale)}, ${when}`;
  const label = interpolate(texts, 'downloadFile', {name});
  const remove = ({currentTarget}: Event) => {
    // The button goes with its file.
    (currentTarget as Element).closest('.dialog')!.querySelector<HTMLElement>('#title')!.focus();
    void data.removeFile(id);
  };
  return itemView(
    name,
    facts,
    html`
      ${iconButton(DOWNLOAD, label, () => data.downloadFile(id))}
      ${iconButton(TRASH, interpolate(texts, 'removeFile', {name}), remove, data.state.isBusy)}
    `,
  );
};

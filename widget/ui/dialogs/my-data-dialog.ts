import {html, nothing} from 'lit/html.js';

import type {StoredFile} from '../../../server/contract/files.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH} from '../../../server/contract/limits.js';
import type {Message} from '../../../server/contract/messages.js';
import type {Purpose, RecordedConsent} from '../../../server/contract/sessions.js';

import type {Chat} from '../../core/chat.js';
import {createMyData} from '../../core/my-data.js';
import type {MyData} from '../../core/my-data.js';
import type {ListedAnswer} from '../../core/questions/questions.js';
import {dialogTexts, formatTime, withdrawalOf} from '../../i18n/dialogs/dialog-texts.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';
import {formatSize} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';
import {buttonView} from '../controls/button.js';
import {iconButton} from '../controls/icons.js';
import {TRASH} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import {submitTo} from '../controls/text-field.js';
import type {Dialog, DialogController, DialogHost} from '../dialog-host.js';
import {frameView, questionView} from './dialog-frame.js';
import {DOWNLOAD} from './dialog-icons.js';
import {createFileLinks} from './file-links.js';
import {saveFile} from './save-file.js';

interface MyDataContext {
  chat: Chat;
  data: MyData;
  dialogs: Readonly<DialogHost>;
  language: Language;
  texts: AllTexts;
}

/** Shows the data stored about the visitor, and has it corrected, downloaded and erased. */
export const createMyDataDialog = (chat: Chat, {dialogs}: DialogController): Dialog => {
  const data = createMyData({chat, saveFile, links: createFileLinks(chat.client.api)});
  return {
    load: data.load,
    stepBack: () => data.stepBack(),
    view(language) {
      const texts = dialogTexts(language, chat);
      const context = {chat, data, dialogs, language, texts};
      const {asking, editing, error, isBusy, session} = data.state;
      if (asking) return askingView(context, asking);
      const button = (label: string, onClick: () => unknown, style = '') =>
        buttonView(label, onClick, {style: `choice ${style}`, isDisabled: isBusy});
      return frameView(dialogs, texts, {
        title: texts.myData,
        isFocusElsewhere: editing !== null,
        body: html`
          ${factsView(context)}
          <p class="error" id="data-error" role="alert">${error && texts[error]}</p>
          <p class="hint" role="status">${isBusy ? texts.loading : nothing}</p>
          ${
            session
              ? [
                  button(texts.downloadAll, () => data.downloadAll()),
                  button(texts.erase, () => data.show({asking: 'erase'}), 'to-danger'),
                ]
              : error && button(texts.retry, () => data.load())
          }
        `,
      });
    },
  };
};

/** Asks before a file is removed, or everything: by the erasure itself, or by a withdrawal. */
const askingView = (context: MyDataContext, asking: 'erase' | 'withdraw' | StoredFile) => {
  const {data, texts} = context;
  const onCancel = () => data.show({asking: null});
  if (typeof asking === 'object') {
    const {id, name} = asking;
    return questionView(texts, {
      title: texts.remove,
      consequence: interpolate(texts, 'removeConsequence', {name}),
      onConfirm: () => data.removeFile(id),
      onCancel,
    });
  }
  return questionView(texts, {
    title: texts[asking],
    consequence: texts.eraseConsequence,
    onConfirm: () =>
      asking === 'erase'
        ? data.erase()
        : withdraw(context, 'personal_data', texts.eraseConsequence),
    onCancel,
  });
};

const withdraw = ({data, texts}: MyDataContext, purpose: Purpose, about: string) =>
  data.changeConsent(purpose, false, withdrawalOf(texts, about));

const factsView = (context: MyDataContext) => {
  const {chat, data, language, texts} = context;
  const {session} = data.state;
  const answers = chat.questions?.list(session, language);
  const isVisit = chat.state.sessionState === 'visit';
  const name = session?.name ?? chat.name;
  const pending = session?.pending_email_masked;
  return html`
    ${name ? fieldView(context, 'name', name) : nothing}
    ${isVisit ? hintView(texts.onlyHere) : nothing}
    ${session?.email_masked ? fieldView(context, 'email', session.email_masked) : nothing}
    ${pending ? hintView(interpolate(texts, 'pending', {email: pending})) : nothing}
    ${
      answers &&
      listView(
        answers.title,
        answers.items.map((answer) => answerView(context, answer)),
      )
    }
    ${session?.consents.map((consent) => consentView(context, consent))}
    ${listView(
      texts.files,
      session?.files.map((file) => fileView(context, file)),
    )}
    ${listView(
      texts.messages,
      data.state.messages.map((message) => messageView(context, message)),
    )}
    ${isVisit ? nothing : html`<div class="fact">${referenceView(chat, texts)}</div>`}
  `;
};

/** Two lines, and what can be done with them. */
const factView = (first: unknown, second: unknown, end: unknown) => html`
  <div class="fact">
    <div>${first} ${second}</div>
    ${end}
  </div>
`;

const hintView = (text: string) => html`<p class="hint">${text}</p>`;

/** Something that the visitor has given, above its details. */
const itemView = (title: string, details: string, end: unknown = nothing) =>
  factView(html`<p dir="auto">${title}</p>`, hintView(details), end);

const listView = (title: string, items: unknown[] = []) =>
  items.length > 0
    ? html`<h3 class="hint">${title}</h3>
        ${items}`
    : nothing;

/** A button whose name says what it is about, because screen readers may read the buttons only. */
const linkView = (label: string, about: string, onClick: () => unknown) =>
  buttonView(html`${label}<span class="sr"> ${about}</span>`, onClick, {style: 'link'});

const fieldView = ({data, texts}: MyDataContext, field: 'name' | 'email', value: string) => {
  const isName = field === 'name';
  const label = isName ? texts.nameLabel : texts.emailLabel;
  if (data.state.editing !== field) {
    return factView(
      hintView(label),
      html`<p dir="auto">${value}</p>`,
      linkView(texts.change, label, () => data.show({editing: field})),
    );
  }
  return html`
    <form novalidate @submit=${submitTo((text) => data.save(text))}>
      <label class="hint" for="edit">${label}</label>
      <div class="field">
        <input
          id="edit"
          name="edit"
          type=${isName ? 'text' : 'email'}
          autocomplete=${field}
          maxlength=${isName ? MAX_NAME_LENGTH : MAX_EMAIL_LENGTH}
          dir="auto"
          .value=${isName ? value : ''}
          aria-describedby="data-error"
          data-focus-dialog
        />
        <button part="button" class="primary" ?disabled=${data.state.isBusy}>${texts.save}</button>
      </div>
      ${isName ? nothing : hintView(texts.askEmail)}
    </form>
  `;
};

/** The answer is changed in the conversation, which has the input for it. */
const answerView = ({dialogs, texts}: MyDataContext, {change, label, question}: ListedAnswer) => {
  const leave = () => {
    dialogs.close();
    void change!();
  };
  return factView(
    hintView(question),
    html`<p dir="auto">${label}</p>`,
    change && linkView(texts.change, question, leave),
  );
};

const consentView = (context: MyDataContext, consent: RecordedConsent) => {
  const {chat, data, language, texts} = context;
  const {purpose, granted, recorded_at} = consent;
  const {flow} = chat;
  const about = texts[purpose];
  const step = flow.graph.firstOf((one) => one.type === 'consent' && one.purpose === purpose);
  const question = step ? flow.promptFor(step)(language) : about;
  const time = formatTime(recorded_at, language);
  const decided = interpolate(texts, granted ? 'agreedOn' : 'declinedOn', {time});
  const takeBack = () =>
    purpose === 'personal_data'
      ? data.show({asking: 'withdraw'})
      : withdraw(context, purpose, about);
  const agree = () => data.changeConsent(purpose, true, question);
  const label = granted ? texts.withdraw : texts.agree;
  const link = linkView(label, about, granted ? takeBack : agree);
  return itemView(granted ? about : question, decided, link);
};

const messageView = ({language}: MyDataContext, {body, created_at}: Message) =>
  itemView(body, formatTime(created_at, language));

const fileView = ({data, language, texts}: MyDataContext, file: StoredFile) => {
  const {id, name, size, uploaded_at} = file;
  const when = formatTime(uploaded_at, language);
  const facts =
    data.state.readyFile === id ? texts.downloadReady : `${formatSize(size, language)} · ${when}`;
  const label = interpolate(texts, 'downloadFile', {name});
  const remove = () => data.show({asking: file});
  return itemView(
    name,
    facts,
    html`<span>
      ${iconButton(DOWNLOAD, label, () => data.downloadFile(id))}
      ${iconButton(TRASH, interpolate(texts, 'removeFile', {name}), remove, data.state.isBusy)}
    </span>`,
  );
};

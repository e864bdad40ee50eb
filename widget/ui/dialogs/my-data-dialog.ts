import {html, nothing} from 'lit';

import type {StoredFile} from '../../../server/contract/files.js';
import type {RecordedConsent} from '../../../server/contract/sessions.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import {interpolate, formatSize} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {submitTo} from '../controls/text-field.js';
import {iconButton} from '../controls/icons.js';
import {DOWNLOAD} from '../controls/intake-icons.js';
import {referenceView} from '../controls/reference.js';
import {formatTime} from '../../i18n/dialogs/format-time.js';
import {frameView, questionView} from './dialog-frame.js';
import type {MyData} from '../../core/my-data.js';
import type {AllTexts} from '../../i18n/dialogs/dialog-texts.js';

export const myDataView = (data: MyData, language: Language, words: AllTexts) => {
  const {asking, chat, editing, error: fault, isBusy, session} = data;
  const wording = `${words.withdraw}: ${words.eraseConsequence}`;
  if (asking) {
    return questionView(words, {
      title: words[asking],
      consequence: words.eraseConsequence,
      confirm: words[asking],
      onConfirm: () =>
        asking === 'erase' ? data.erase() : data.changeConsent('personal_data', false, wording),
      onCancel: () => data.patch({asking: null}),
    });
  }
  return frameView(chat, words, {
    title: words.myData,
    isFocusElsewhere: editing !== null,
    body: html`
      ${factsView(data, language, words)}
      <p class="fault" id="data-fault" role="alert">${fault && words[fault]}</p>
      <p class="hint" role="status">${isBusy ? words.loading : nothing}</p>
      ${
        session
          ? html`${actionView(data, words.downloadAll, () => data.downloadAll())}
            ${actionView(data, words.erase, () => data.patch({asking: 'erase'}), 'to-danger')}`
          : fault && actionView(data, words.retry, () => data.load())
      }
    `,
  });
};

const factsView = (data: MyData, language: Language, words: AllTexts) => {
  const {chat, session} = data;
  const isVisit = chat.state === 'visit';
  const name = session?.name ?? chat.name;
  const pending = session?.pending_email_masked;
  return html`
    ${name ? fieldView(data, words, 'name', name) : nothing}
    ${isVisit ? html`<p class="hint">${words.onlyHere}</p>` : nothing}
    ${session?.email_masked ? fieldView(data, words, 'email', session.email_masked) : nothing}
    ${pending ? html`<p class="hint">${interpolate(words, 'pending', {email: pending})}</p>` : nothing}
    ${session?.consents.map((consent) => consentView(data, consent, language, words))}
    ${session?.files.map((file) => fileView(data, file, language, words))}
    ${messagesView(data, language, words)}
    ${isVisit ? nothing : html`<div class="fact">${referenceView(chat, language)}</div>`}
  `;
};

const factView = (label: string, value: string, end: unknown) => html`
  <div class="fact">
    <div>
      <p class="hint">${label}</p>
      <p dir="auto">${value}</p>
    </div>
    ${end}
  </div>
`;

/** Its name says what it is about, for those who hear one button after the other. */
const linkView = (label: string, about: string, onClick: () => unknown) => html`
  <button part="button" class="link" @click=${onClick}>
    ${label}<span class="sr"> ${about}</span>
  </button>
`;

const actionView = (data: MyData, label: string, onClick: () => unknown, refresh = '') => html`
  <button part="button" class="choice wide ${refresh}" ?disabled=${data.isBusy} @click=${onClick}>
    ${label}
  </button>
`;

const fieldView = (data: MyData, words: AllTexts, field: 'name' | 'email', value: string) => {
  const isName = field === 'name';
  const label = isName ? words.nameLabel : words.emailLabel;
  if (data.editing !== field) {
    const edit = () => data.patch({editing: field});
    return factView(label, value, linkView(words.change, label, edit));
  }
  return html`
    <form novalidate @submit=${submitTo((text) => data.save(text))}>
      <label class="hint" for="edit">${isName ? label : words.newAddress}</label>
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
        <button part="button" class="primary" ?disabled=${data.isBusy}>${words.save}</button>
      </div>
      ${isName ? nothing : html`<p class="hint">${words.askEmail}</p>`}
    </form>
  `;
};

const consentView = (
  data: MyData,
  {purpose, granted, recorded_at}: RecordedConsent,
  language: Language,
  words: AllTexts,
) => {
  const {flow} = data.chat;
  const about = words[purpose];
  const asking = flow.graph.firstOf((step) => step.type === 'consent' && step.purpose === purpose);
  const question = asking ? flow.promptFor(asking)(language) : about;
  const decided = `${granted ? `✓ ${words.agree}` : `✗ ${words.disagree}`}, ${formatTime(new Date(recorded_at), language)}`;
  const withdraw = () =>
    purpose === 'personal_data'
      ? data.patch({asking: 'withdraw'})
      : data.changeConsent(purpose, false, `${words.withdraw}: ${about}`);
  return granted
    ? factView(about, decided, linkView(words.withdraw, about, withdraw))
    : factView(
        question,
        decided,
        linkView(words.agree, about, () => data.changeConsent(purpose, true, question)),
      );
};

const messagesView = ({messages}: MyData, language: Language, words: AllTexts) =>
  messages.length === 0
    ? nothing
    : html`
        <h3 class="hint">${words.messages}</h3>
        ${messages.map(({body, created_at}) =>
          factView(formatTime(new Date(created_at), language), body, nothing),
        )}
      `;

const fileView = (data: MyData, file: StoredFile, language: Language, words: AllTexts) => {
  const {id, name, size, uploaded_at} = file;
  const when = formatTime(new Date(uploaded_at), language);
  const isReady = data.readyFile === id;
  const facts = isReady
    ? language.texts.downloadReady
    : `${formatSize(size, language.tag)}, ${when}`;
  const label = interpolate(words, 'downloadFile', {name});
  return factView(
    facts,
    name,
    iconButton(DOWNLOAD, label, () => data.downloadFile(id)),
  );
};

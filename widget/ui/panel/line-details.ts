import {html, nothing} from 'lit';

import {canChange, changeAnswer} from '../../core/commands/change-answer.js';
import type {Chat} from '../../core/chat.js';
import {interpolate} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import type {Line} from '../../core/flow/transcript.js';
import {iconButton} from '../controls/icons.js';
import {EDIT} from '../controls/intake-icons.js';

const DAY_MS = 86_400_000;

/** Beside a line's words: the day on which it was said, the way back to an answer, the time. */
export const marginView = (
  chat: Chat,
  line: Line,
  before: Line | undefined,
  language: Language,
) => html`
  ${
    !line.at || (before && midnight(before.at) === midnight(line.at))
      ? nothing
      : html`<span class="day">${dayOf(line.at, language.tag)}</span>`
  }
  ${canChange(chat, line) ? changeView(chat, line, language) : nothing}
  <time aria-hidden="true"
    >${line.at ? new Intl.DateTimeFormat(language.tag, {timeStyle: 'short'}).format(line.at) : nothing}</time
  >
`;

/** Comes to a line that was read out already, and is not read out itself. */
const changeView = (chat: Chat, line: Line, language: Language) => {
  const label = interpolate(language.texts, 'changeAnswer', {answer: line.text(language)});
  const change = () => changeAnswer(chat, line);
  return html`<span aria-live="off">${iconButton(EDIT, label, change, !chat.flow.step)}</span>`;
};

/** The way on for somebody who went back and finds the answer right. */
export const keepView = (chat: Chat, {texts}: Language) =>
  chat.flow.reopenedStep && chat.flow.step
    ? html`<button part="button" class="link" @click=${() => chat.stepBack()}>
        ${texts.cancel}
      </button>`
    : nothing;

const dayOf = (at: number, tag: string) => {
  const daysAgo = Math.round((midnight(Date.now()) - midnight(at)) / DAY_MS);
  return daysAgo < 2
    ? new Intl.RelativeTimeFormat(tag, {numeric: 'auto'}).format(-daysAgo, 'day')
    : new Intl.DateTimeFormat(tag, {dateStyle: 'full'}).format(at);
};

const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);

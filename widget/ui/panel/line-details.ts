import {html, nothing} from 'lit';

import {canChange, changeAnswer} from '../../core/commands/change-answer.js';
import type {Line} from '../../core/flow/transcript.js';
import {format} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import {EDIT} from '../controls/intake-icons.js';
import {iconButton} from '../controls/icons.js';
import {completionView} from '../steps/end.js';
import type {ViewContext} from '../view-context.js';

/** Shows beside a line: the day if it is another one, a button to change the answer, the end, the time. */
export const detailsView = (context: ViewContext, line: Line, before: Line | undefined) => {
  const {language} = context;
  return html`
    ${
      line.at && dayOf(line.at) !== dayOf(before?.at || Date.now())
        ? html`<span class="day">
            ${format(Intl.DateTimeFormat, language, {dateStyle: 'full'}, line.at)}
          </span>`
        : nothing
    }
    ${canChange(context.chat, line) ? changeView(context, line) : nothing}
    ${completionView(context, line)}
    <time aria-hidden="true"
      >${line.at ? format(Intl.DateTimeFormat, language, {timeStyle: 'short'}, line.at) : nothing}</time
    >
  `;
};

/** Is added to a line that was read out before, and is not read out itself. */
const changeView = ({chat, language, texts}: ViewContext, line: Line) => {
  const label = interpolate(texts, 'changeAnswer', {answer: line.text(language)});
  const change = () => changeAnswer(chat, line);
  return html`<span aria-live="off">${iconButton(EDIT, label, change, !chat.flow.step)}</span>`;
};

/** Returns the midnight at which the day of a line began. Lines without a time count as of today. */
const dayOf = (at: number) => new Date(at).setHours(0, 0, 0, 0);

import {html, nothing} from 'lit/html.js';

import {canChange, changeAnswer} from '../../core/commands/change-answer.js';
import type {Line} from '../../core/flow/transcript.js';
import {format} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import {EDIT} from '../controls/intake-icons.js';
import {iconButton} from '../controls/icons.js';
import {completionView} from '../steps/end.js';
import type {ViewContext} from '../view-context.js';

/** Lines that follow each other within this time have one time, above the first of them. */
const PAUSE_MS = 300_000;

/** Shows beside a line: the time after a pause, a button to change the answer, the end. */
export const detailsView = (context: ViewContext, line: Line, before: Line | undefined) => html`
  ${timeView(context, line.at, before?.at || Date.now())}
  ${canChange(context.chat, line) ? changeView(context, line) : nothing}
  ${completionView(context, line)}
`;

/** Shows the day as well if it is another one. Lines without a time count as of now. */
const timeView = ({language}: ViewContext, at: number, before: number) => {
  const dateStyle = dayOf(at) === dayOf(before) ? undefined : 'full';
  if (!at || (!dateStyle && at - before < PAUSE_MS)) return nothing;
  const time = format(Intl.DateTimeFormat, language, {dateStyle, timeStyle: 'short'}, at);
  return html`<time>${time}</time>`;
};

/** Is added to a line that was read out before, and is not read out itself. */
const changeView = ({chat, language, texts}: ViewContext, line: Line) => {
  const label = interpolate(texts, 'changeAnswer', {answer: line.text(language)});
  const change = () => changeAnswer(chat, line);
  return html`<span aria-live="off">${iconButton(EDIT, label, change, !chat.flow.step)}</span>`;
};

const dayOf = (at: number) => new Date(at).toDateString();

import {html, nothing} from 'lit/html.js';

import type {Line} from '../../core/flow/transcript.js';
import type {ThreadMessage} from '../../core/messages/message.js';
import type {Texts} from '../../i18n/locales/en.js';
import {consentTextView, textView} from '../controls/text-view.js';
import type {ViewContext} from '../view-context.js';

/** The lines of the conversation. Screen readers read the text and the time, and nothing beside them. */
export const logView = (context: ViewContext) => {
  const {chat, texts} = context;
  const {lines, isTyping} = chat.transcript;
  const turn = turnOf(context);
  return html`
    <div
      class="log turn-${turn}"
      part="log"
      role="log"
      tabindex="0"
      aria-label=${texts.log}
      .scrollTop=${turn}
      @scroll=${markScrolledBack}
    >
      <div class="lines">
        ${lines.map((line, index) => lineView(context, line, lines[index - 1]))}
        ${isTyping ? typingView(texts) : nothing}
      </div>
    </div>
  `;
};

/**
 * Counts what the visitor does, and scrolls to the end each time. The list has `column-reverse`: 0 is
 * its end, and browsers clamp positive values to it. Lines of Maria do not scroll a visitor who reads
 * further up.
 */
const turnOf = ({chat, state}: ViewContext) =>
  chat.transcript.lines.filter(({from}) => from === 'visitor').length * 2 +
  Number(!!state.reopenedStep);

/** Sets a class that keeps the place of a visitor who reads further up. A new turn replaces the class. */
const markScrolledBack = ({target}: Event) => {
  const log = target as Element;
  log.classList.toggle('back', log.scrollTop < -24);
};

const lineView = (context: ViewContext, line: Line, before: Line | undefined) => {
  const {chat, language, messaging, parts, texts} = context;
  const isMaria = line.from === 'maria';
  const isFirst = before?.from !== line.from;
  const message = line.message as ThreadMessage | undefined;
  const isReplaced = line.step && chat.transcript.answerTo(line.step) !== line;
  return html`
    <div class="line ${line.from} ${isFirst ? 'first' : ''}" aria-live=${line.at ? nothing : 'off'}>
      ${isMaria ? avatarView(isFirst ? texts.maria : '') : nothing}
      <p class="bubble" part="message">
        <span class="sr">${isMaria ? texts.mariaSays : texts.youSay} </span>
        <span dir="auto" role=${isReplaced ? 'deletion' : nothing}
          >${
            message && messaging?.thread
              ? parts.messages?.messageView(context, messaging.thread, message)
              : (line.text.askedStep?.type === 'consent' ? consentTextView : textView)(
                  line.text(language),
                )
          }</span
        >
      </p>
      ${parts.intake?.detailsView(context, line, before)}
    </div>
  `;
};

/** Shown once for consecutive lines; beside the others its place is empty. */
const avatarView = (name: string) =>
  html`<span class="avatar" aria-hidden="true">${name[0]}</span>`;

/** Hidden from screen readers, because the sentence follows within a second. */
const typingView = (texts: Texts) => html`
  <div class="line maria first" title=${texts.typing} aria-hidden="true">
    ${avatarView(texts.maria)}
    <p class="bubble typing"><i></i><i></i><i></i></p>
  </div>
`;

import {html, nothing} from 'lit';

import type {Chat} from '../../core/chat.js';
import type * as intake from '../../element/intake.js';
import type {Language} from '../../i18n/languages.js';
import type {Line} from '../../core/flow/transcript.js';

type Intake = typeof intake | null;

/** Everything that has been said. Of what stands beside the words, the day alone is read out. */
export const logView = (chat: Chat, language: Language, intake: Intake) => {
  const {lines, isTyping} = chat.transcript;
  const turn = turnOf(chat);
  return html`
    <div
      class="log turn-${turn}"
      part="log"
      role="log"
      tabindex="0"
      aria-label=${language.texts.log}
      .scrollTop=${turn}
      @scroll=${followReader}
    >
      <div class="lines">
        ${lines.map((line, index) =>
          lineView(
            line,
            lines[index - 1],
            language,
            intake?.marginView(chat, line, lines[index - 1], language),
          ),
        )}
        ${isTyping ? typingView(language) : nothing}
      </div>
    </div>
  `;
};

/**
 * Whatever the visitor does is a turn and shows the end again: reversed, the list has nothing below 0,
 * which any number above it means. What Maria says moves nobody who reads further up.
 */
const turnOf = ({flow, transcript}: Chat) =>
  transcript.lines.filter(({from}) => from === 'visitor').length * 2 + Number(!!flow.reopenedStep);

/** Browsers keep the place of whoever reads further up. A new turn writes the class anew, without this. */
const followReader = ({target}: Event) => {
  const log = target as Element;
  log.classList.toggle('back', log.scrollTop < -24);
};

const lineView = (line: Line, before: Line | undefined, language: Language, margin: unknown) => {
  const isMaria = line.from === 'maria';
  const isFirst = before?.from !== line.from;
  return html`
    <div class="line ${line.from} ${isFirst ? 'first' : ''}" aria-live=${line.at ? nothing : 'off'}>
      ${isMaria ? avatarView(isFirst ? language : null) : nothing}
      <p class="bubble" part="message">
        <span class="sr">${isMaria ? language.texts.mariaSays : language.texts.youSay} </span>
        <span dir="auto">${line.view?.(language) ?? textView(line.text(language))}</span>
      </p>
      ${margin}
    </div>
  `;
};

/** Keeps the line breaks of a text, and not those of the templates around it. */
export const textView = (text: unknown) => html`<span class="text">${text}</span>`;

/** One for what was said in one breath; below it its place stays empty. */
const avatarView = (language: Language | null) =>
  html`<span class="avatar" aria-hidden="true">${language?.texts.maria[0]}</span>`;

/** Hidden from screen readers: the sentence itself follows within a second. */
const typingView = (language: Language) => html`
  <div class="line maria first" title=${language.texts.typing} aria-hidden="true">
    ${avatarView(language)}
    <p class="bubble typing"><i></i><i></i><i></i></p>
  </div>
`;

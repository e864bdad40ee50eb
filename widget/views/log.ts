import {html, nothing} from 'lit';

import type {Chat} from '../chat.js';
import type {Language} from '../texts.js';
import type {Line} from '../transcript.js';

/** Everything that has been said. The log is a live region, so nothing in it can be operated. */
export const logView = ({transcript: {lines, isTyping}}: Chat, language: Language) => html`
  <div class="log" part="log" role="log" tabindex="0" aria-label=${language.texts.log}>
    <div class="lines">
      ${lines.map((line, index) => lineView(line, lines[index - 1], language))}
      ${isTyping ? typingView(language) : nothing}
    </div>
  </div>
`;

const lineView = (line: Line, before: Line | undefined, language: Language) => {
  const isMaria = line.from === 'maria';
  const isFirst = before?.from !== line.from;
  return html`
    <div class="line ${line.from} ${isFirst ? 'first' : ''}">
      ${isMaria ? html`<span class="avatar" aria-hidden="true">${isFirst ? 'M' : ''}</span>` : nothing}
      <p class="bubble" part="message">
        <span class="sr">${isMaria ? language.texts.mariaSays : language.texts.youSay} </span>
        <span dir="auto">${line.words(language)}</span>
      </p>
    </div>
  `;
};

/** Hidden from screen readers: the sentence itself follows within a second. */
const typingView = ({texts}: Language) => html`
  <div class="line maria first" title=${texts.typing} aria-hidden="true">
    <span class="avatar">M</span>
    <p class="bubble typing"><i></i><i></i><i></i></p>
  </div>
`;

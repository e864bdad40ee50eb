import {html, nothing} from 'lit/html.js';

import {textView} from '../controls/text-view.js';
import {readLinks, parseMarkdown} from './markdown.js';
import type {Block, Piece} from './markdown.js';

/** Shows a reply with its Markdown. */
export const markedView = (text: string) => parseMarkdown(text).map(blockView);

/** Shows the visitor's own text, with its URLs as links. */
export const plainView = (text: string) => textView(readLinks(text).map(pieceView));

const blockView = (block: Block) => {
  if (block.kind === 'code') return html`<pre dir="ltr"><code>${block.text}</code></pre>`;
  const {kind, lines} = block;
  if (lines.length === 0) return nothing;
  if (kind === 'lines')
    return html`<p dir="auto">
      ${lines.map((line, index) => html`${index ? html`<br />` : nothing}${line.map(pieceView)}`)}
    </p>`;
  const items = lines.map((line) => html`<li>${line.map(pieceView)}</li>`);
  return kind === 'bullets'
    ? html`<ul dir="auto">
        ${items}
      </ul>`
    : html`<ol dir="auto">
        ${items}
      </ol>`;
};

const pieceView = (piece: Piece) => {
  if (piece.kind === 'strong') return html`<strong>${piece.text}</strong>`;
  if (piece.kind === 'em') return html`<em>${piece.text}</em>`;
  if (piece.kind === 'code') return html`<code>${piece.text}</code>`;
  if (piece.kind === 'link') return linkView(piece);
  return piece.text;
};

/** Shows the host of the link, because its text could name another one. */
const linkView = ({text, address}: Extract<Piece, {kind: 'link'}>) => {
  const place = address.host || address.pathname;
  const [named] = text.replace(/^(https?:\/\/|mailto:)/, '').split(/[/?#]/);
  return html`<a href=${address.href} target="_blank" rel="noopener noreferrer nofollow ugc"
      >${text}</a
    >${named === place ? nothing : html` <span class="place">(<bdi>${place}</bdi>)</span>`}`;
};

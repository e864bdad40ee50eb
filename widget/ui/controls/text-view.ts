import {html} from 'lit/html.js';

/** The text up to the first question mark, in any script. */
const QUESTION = /^.*?([?؟](\s|$)|？)/s;

/** Keeps the line breaks of a text, and not those of the templates around it. */
export const textView = (text: unknown) => html`<span class="text">${text}</span>`;

/** Emphasises the question, and not its explanation. */
export const consentTextView = (text: string) => {
  const question = QUESTION.exec(text)?.[0] ?? '';
  return textView(html`<strong>${question}</strong>${text.slice(question.length)}`);
};

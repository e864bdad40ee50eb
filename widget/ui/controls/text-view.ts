import {html} from 'lit';

/** Keeps the line breaks of a text, and not those of the templates around it. */
export const textView = (text: unknown) => html`<span class="text">${text}</span>`;

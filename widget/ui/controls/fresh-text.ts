import {html} from 'lit/html.js';

/** Replaces the contents for each new text, because page translators replace text nodes. */
export const freshText = (text: string) => html`<span .textContent=${text}></span>`;

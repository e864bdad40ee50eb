import {html} from 'lit';
import {keyed} from 'lit/directives/keyed.js';

/** A text that changes. Page translators replace text nodes, so that each new text needs an element. */
export const freshText = (text: string) => keyed(text, html`<span>${text}</span>`);

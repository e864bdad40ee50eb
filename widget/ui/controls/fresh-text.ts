import {html} from 'lit';
import {keyed} from 'lit/directives/keyed.js';

/** Gives each new text a new element, because page translators replace text nodes. */
export const freshText = (text: string) => keyed(text, html`<span>${text}</span>`);

import {html} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {say} from '../texts/texts.js';

/** Shows a page that needs no session: one card in the middle. */
export const door = (title: string, content: TemplateResult): TemplateResult =>
  html`<div class="door">
    <main tabindex="-1" aria-label=${title}>
      <span class="mark"><i aria-hidden="true">M</i> ${say('product')}</span>
      <h1>${title}</h1>
      ${content}
    </main>
  </div>`;

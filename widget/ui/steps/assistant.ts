import {html} from 'lit/html.js';

import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';

/** Continues after a step at which the visitor may ask questions. */
export const assistantView = ({chat: {flow}, texts}: ViewContext) =>
  html`<div class="pair">${buttonView(texts.goOn, () => flow.complete(flow.step!))}</div>`;

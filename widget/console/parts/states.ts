import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {ApiError} from '../core/api.js';
import {OFFLINE} from '../core/api.js';
import type {Loader} from '../core/loader.js';
import type {TextKey} from '../texts/texts.js';
import {say} from '../texts/texts.js';
import en from '../texts/en.js';

type Content = TemplateResult | typeof nothing;

/** Shows the value of a loader; before that, a skeleton or the error. A stale value stays visible. */
export const whenLoaded = <T>(
  {value, error}: Loader<T>,
  render: (value: T) => Content,
  retry: () => unknown,
): Content => {
  if (value !== undefined) return html`${error ? problem(error, retry) : nothing}${render(value)}`;
  return error ? problem(error, retry) : skeleton();
};

/** Shows grey lines, after a moment only, because most responses are faster. */
export const skeleton = (): TemplateResult =>
  html`<div class="skeleton" role="status">
    <span class="hidden">${say('loading')}</span><i></i><i></i><i></i><i></i>
  </div>`;

/** Shows an error with the id of its request, and a button that tries again. */
export const problem = (error: ApiError, retry?: () => unknown): TemplateResult =>
  html`<div class="problem" role="alert">
    <p>${errorText(error)}</p>
    ${
      error.requestId
        ? html`<p class="note">${say('requestId')} <code>${error.requestId}</code></p>`
        : nothing
    }
    ${retry ? html`<button type="button" @click=${retry}>${say('tryAgain')}</button>` : nothing}
  </div>`;

/** Returns what an error means and what to do. */
export const errorText = ({code}: ApiError): string => {
  const key = code === OFFLINE ? 'error_offline' : `error_${code}`;
  return say(key in en ? (key as TextKey) : 'error_other', {code});
};

/** Shows a title, a text, and what there is to do, where a list would be. */
export const emptyState = (
  title: string,
  text: string,
  action: Content = nothing,
): TemplateResult =>
  html`<section class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </section>`;

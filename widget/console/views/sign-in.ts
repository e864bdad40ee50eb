import {html, nothing} from 'lit/html.js';

import type {ApiError} from '../core/api.js';
import {call} from '../core/api.js';
import {BASE, CONSOLE} from '../core/base.js';
import type {View} from '../core/context.js';
import {toApiError} from '../core/loader.js';
import {store} from '../core/stored.js';
import {typed} from '../parts/controls.js';
import {readSubmitted} from '../parts/fields.js';
import {problem} from '../parts/states.js';
import type {TextKey} from '../texts/texts.js';
import {say} from '../texts/texts.js';
import {door} from './door.js';

const PLACE = /^\/console\/[\w/-]+$/;

/** Returns the path for the link in the e-mail; undefined for the first page. */
const placeOfPath = (pathname: string): string | undefined => {
  const path = `/${pathname.slice(BASE.length)}`;
  return PLACE.test(path) ? path : undefined;
};

interface Options {
  update: () => void;
  /** Returns the path that opens after the sign-in, with its query. */
  askedFor: () => string;
  /** Text that says why the session has ended. */
  why?: TextKey | undefined;
  /** Whether the page replaces that of a link that no longer works. */
  isAfterLink?: boolean;
}

/** Creates the page that asks for an e-mail address, and sends a link to it. */
export const createSignIn = ({update, askedFor, why, isAfterLink = false}: Options): View => {
  let sentTo = '';
  let isSending = false;
  let error: ApiError | undefined;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSending) return;
    const email = readSubmitted(event, 'email');
    [isSending, error] = [true, undefined];
    update();
    try {
      const asked = askedFor();
      const place = placeOfPath(asked.split('?')[0]!);
      await call('sign-in/link', {method: 'POST', body: {email, ...(place && {place})}});
      // The link can open in another tab, which then opens what this tab was asked for.
      store('asked-for', asked);
      sentTo = email;
    } catch (thrown) {
      error = toApiError(thrown);
    }
    isSending = false;
    update();
  };
  const again = () => {
    sentTo = '';
    update();
  };

  const form = () =>
    html`<form @submit=${submit}>
      ${why ? html`<p role="status">${say(why)}</p>` : nothing}
      <p>${say(isAfterLink ? 'linkOverHow' : 'signInHow')}</p>
      <div class="field">
        <label for="email">${say('email')}</label>
        <input
          id="email"
          name="email"
          type="email"
          required
          autocomplete="email"
          dir="ltr"
          autofocus
        />
      </div>
      ${error ? problem(error) : nothing}
      <button class="primary" aria-disabled=${String(isSending)}>
        ${say(isAfterLink ? 'sendNewLink' : 'sendLink')}
      </button>
      <p class="note">${say('signInWithoutMail')} <code>maria account link E-MAIL</code></p>
      ${isAfterLink ? html`<p><a class="button" href=${CONSOLE}>${say('toStart')}</a></p>` : nothing}
    </form>`;
  const sent = () =>
    html`<div role="status">
        <p>${say('linkSentTo')} <strong>${typed(sentTo)}</strong></p>
        <p>${say('linkSentNote')}</p>
      </div>
      <button type="button" @click=${again}>${say('otherEmail')}</button>`;

  const title = () => say(isAfterLink ? 'linkOver' : 'signIn');
  return {
    title,
    render: () => (sentTo ? door(say('checkInbox'), sent()) : door(title(), form())),
  };
};

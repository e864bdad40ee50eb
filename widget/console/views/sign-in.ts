import {html, nothing} from 'lit/html.js';

import type {ApiError} from '../core/api.js';
import {call} from '../core/api.js';
import {BASE} from '../core/base.js';
import type {View} from '../core/context.js';
import {toApiError} from '../core/loader.js';
import {store} from '../core/stored.js';
import {typed} from '../parts/controls.js';
import {readSubmitted} from '../parts/fields.js';
import {problem} from '../parts/states.js';
import {say} from '../texts/texts.js';
import {door} from './door.js';

const PLACE = /^\/console\/[\w/-]+$/;

/** Returns the path for the link in the e-mail; undefined for the first page. */
const placeOfPath = (pathname: string): string | undefined => {
  const path = `/${pathname.slice(BASE.length)}`;
  return PLACE.test(path) ? path : undefined;
};

/** Creates the page that asks for an e-mail address, and sends a link to it. */
export const createSignIn = (update: () => void, askedFor: () => string): View => {
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
      const place = placeOfPath(location.pathname);
      await call('sign-in/link', {method: 'POST', body: {email, ...(place && {place})}});
      // The link can open in another tab, which then opens what this tab was asked for.
      store('asked-for', askedFor());
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
      <p>${say('signInHow')}</p>
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
      <button class="primary" aria-disabled=${String(isSending)}>${say('sendLink')}</button>
      <p class="note">${say('signInWithoutMail')} <code>maria account link</code></p>
    </form>`;
  const sent = () =>
    html`<div role="status">
        <p>${say('linkSentTo')} <strong>${typed(sentTo)}</strong></p>
        <p>${say('linkSentNote')}</p>
      </div>
      <button type="button" @click=${again}>${say('otherEmail')}</button>`;

  return {
    title: () => say('signIn'),
    render: () => door(say(sentTo ? 'checkInbox' : 'signIn'), sentTo ? sent() : form()),
  };
};

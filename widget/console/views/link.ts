import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LinkPurpose, OpenLink} from '../../../server/contract/owner.js';
import type {ApiError} from '../core/api.js';
import {call} from '../core/api.js';
import {CONSOLE} from '../core/base.js';
import type {View} from '../core/context.js';
import {Loader, toApiError} from '../core/loader.js';
import {typed} from '../parts/controls.js';
import {problem, whenLoaded} from '../parts/states.js';
import type {TextKey} from '../texts/texts.js';
import {say} from '../texts/texts.js';
import {roleText} from './roles.js';
import {door} from './door.js';

interface Options {
  token: string;
  update: () => void;
  /** Called after signing in. */
  onSignedIn: () => void;
}

const TITLES: Record<LinkPurpose, TextKey> = {
  sign_in: 'signIn',
  invitation: 'invitation',
  not_me: 'notMe',
};

/**
 * Creates the page of a link, which names the account and has one button. The link of _This was not
 * me_ ends all sessions, the others sign in.
 */
export const createLink = ({token, update, onSignedIn}: Options): View => {
  const link = new Loader<OpenLink>(update);
  let isRunning = false;
  let isReported = false;
  let error: ApiError | undefined;

  const look = () => link.load(() => call('sign-in/link/look', {method: 'POST', body: {token}}));
  const use = async () => {
    if (isRunning) return;
    [isRunning, error] = [true, undefined];
    update();
    try {
      const isReport = link.value?.purpose === 'not_me';
      const path = isReport ? 'sign-in/not-me' : 'sign-in/link/use';
      await call(path, {method: 'POST', body: {token}});
      if (isReport) isReported = true;
      else onSignedIn();
    } catch (thrown) {
      error = toApiError(thrown);
    }
    isRunning = false;
    update();
  };

  const title = () =>
    say(isReported ? 'notMeDone' : link.value ? TITLES[link.value.purpose] : 'signIn');
  const newLink = () => html`<a class="button" href=${CONSOLE}>${say('askNewLink')}</a>`;
  const content = (open: OpenLink) => {
    if (isReported) return html`<p role="status">${say('notMeDoneText')}</p>`;
    return html`${describe(open)} ${error ? html`${problem(error)}${newLink()}` : nothing}
    ${error?.code === 'link_over' ? nothing : button(open.purpose)}`;
  };
  const button = (purpose: LinkPurpose) =>
    html`<button
      type="button"
      class="primary"
      aria-disabled=${String(isRunning)}
      autofocus
      @click=${use}
    >
      ${say(purpose === 'not_me' ? 'notMeButton' : 'signIn')}
    </button>`;

  void look();
  return {
    title,
    render: () =>
      door(title(), html`${whenLoaded(link, content, look)} ${link.error ? newLink() : nothing}`),
  };
};

const describe = ({purpose, email_masked, site, role, browser}: OpenLink): TemplateResult => {
  const account = html`<strong>${typed(email_masked)}</strong>`;
  if (purpose === 'not_me')
    return html`<p>${say('notMeText')} ${account}${browser ? html` (${browser})` : nothing}</p>
      <p>${say('notMeAction')}</p>`;
  return html`<p>${say('signInAs')} ${account}</p>
    ${
      site && role
        ? html`<p>${say('invitedTo')} <strong>${typed(site)}</strong> (${roleText(role)})</p>`
        : nothing
    }`;
};

import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LinkPurpose, OpenLink} from '../../../server/contract/owner.js';
import type {ApiError} from '../core/api.js';
import {call} from '../core/api.js';
import type {View} from '../core/context.js';
import {Loader, toApiError} from '../core/loader.js';
import {typed} from '../parts/controls.js';
import {problem, whenLoaded} from '../parts/states.js';
import type {TextKey} from '../texts/texts.js';
import {say} from '../texts/texts.js';
import {roleText} from './roles.js';
import {door} from './door.js';
import {createSignIn} from './sign-in.js';

interface Options {
  token: string;
  update: () => void;
  /** Returns the path that opens after the sign-in, with its query. */
  askedFor: () => string;
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
 * me_ ends all sessions, the others sign in. A link that no longer works can be replaced.
 */
export const createLink = ({token, update, askedFor, onSignedIn}: Options): View => {
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
  const content = (open: OpenLink) => {
    if (isReported) return html`<p role="status">${say('notMeDoneText')}</p>`;
    return html`${describe(open)} ${error ? problem(error) : nothing} ${button(open.purpose)}`;
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

  const newLink = createSignIn({update, askedFor, isAfterLink: true});
  const isOver = () => (error ?? link.error)?.code === 'link_over';
  void look();
  return {
    title: () => (isOver() ? newLink.title() : title()),
    render: () =>
      isOver() ? newLink.render() : door(title(), html`${whenLoaded(link, content, look)}`),
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

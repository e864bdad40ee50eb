import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {AccountSession, AccountSessions} from '../../../server/contract/owner.js';
import {call} from '../core/api.js';
import type {Context, View} from '../core/context.js';
import {areKeysOn} from '../core/keys.js';
import {Loader, toApiError} from '../core/loader.js';
import {readStored, store} from '../core/stored.js';
import {applyTheme} from '../core/theme.js';
import {typed} from '../parts/controls.js';
import {showDialog} from '../parts/dialog.js';
import {readSubmitted} from '../parts/fields.js';
import {errorText, whenLoaded} from '../parts/states.js';
import {addStyles} from '../parts/styles.js';
import {siteStyles} from '../styles/site.js';
import {fullTime, languageName} from '../texts/format.js';
import {languageTags, loadTexts, say} from '../texts/texts.js';
import {roleText} from './roles.js';

addStyles(siteStyles);

const THEMES = [
  ['', 'themeSystem'],
  ['light', 'themeLight'],
  ['dark', 'themeDark'],
] as const;

/** Creates the page of the account: its name, its settings in this browser, and its sessions. */
export const createAccount = (context: Context): View => {
  const {update, notify} = context;
  const sessions = new Loader<AccountSessions>(update);
  const load = () => sessions.load(() => call('account/sessions'));

  const run = async (change: () => Promise<unknown>, success: string) => {
    try {
      await change();
      notify(success);
    } catch (error) {
      notify(errorText(toApiError(error)));
    }
  };
  const patch = (body: object) => async () => {
    await call('account', {method: 'PATCH', body});
    await context.reloadAccount();
  };
  const saveName = (event: SubmitEvent) => {
    event.preventDefault();
    const name = readSubmitted(event, 'name');
    void run(patch({name: name || null}), say('saved'));
  };
  const setLanguage = ({target}: Event) => {
    const locale = (target as HTMLSelectElement).value || null;
    const save = patch({locale});
    void run(async () => {
      await save();
      await loadTexts([locale, ...navigator.languages]);
    }, say('saved'));
  };
  const setTheme = ({target}: Event) => {
    store('theme', (target as HTMLInputElement).value || null);
    applyTheme();
    update();
  };
  const setKeys = ({target}: Event) => {
    store('keys', (target as HTMLInputElement).checked ? null : 'off');
    update();
  };
  const end = async ({id}: AccountSession) => {
    await run(() => call(`account/sessions/${id}`, {method: 'DELETE'}), say('sessionEnded'));
    await load();
  };
  const signOut = () => void run(() => context.signOut(false), say('signedOut'));
  const signOutEverywhere = () =>
    showDialog({
      title: say('signOutEverywhereTitle'),
      body: html`<p>${say('signOutEverywhereText')}</p>`,
      action: say('signOutEverywhere'),
      isDangerous: true,
      run: () => context.signOut(true),
    });

  const nameForm = () =>
    html`<form class="inline" @submit=${saveName}>
      <div class="field">
        <label for="name">${say('name')}</label>
        <input
          id="name"
          name="name"
          maxlength="100"
          dir="auto"
          autocomplete="name"
          .value=${context.account.name ?? ''}
        />
      </div>
      <button>${say('save')}</button>
    </form>`;

  const settings = () =>
    html`<section>
      <h2>${say('settings')}</h2>
      <div class="field">
        <label for="language">${say('language')}</label>
        <select id="language" @change=${setLanguage}>
          <option value="" .selected=${!context.account.locale}>${say('languageOfBrowser')}</option>
          ${languageTags.map(
            (tag) =>
              html`<option value=${tag} .selected=${tag === context.account.locale}>
                ${languageName(tag, tag)}
              </option>`,
          )}
        </select>
      </div>
      <fieldset @change=${setTheme}>
        <legend>${say('theme')}</legend>
        ${THEMES.map(
          ([value, text]) =>
            html`<label class="radio"
              ><input
                type="radio"
                name="theme"
                value=${value}
                .checked=${(readStored('theme') ?? '') === value}
              />
              ${say(text)}</label
            >`,
        )}
      </fieldset>
      <label class="radio"
        ><input type="checkbox" .checked=${areKeysOn()} @change=${setKeys} />
        <span>${say('keysOn')} <span class="note">${say('keysOnNote')}</span></span></label
      >
    </section>`;

  const sessionList = ({sessions}: AccountSessions): TemplateResult =>
    html`<ul class="lines sessions">
      ${sessions.map(
        (session) =>
          html`<li>
            <span
              ><strong>${session.browser ?? say('unknownBrowser')}</strong>
              ${session.is_current ? html`<span class="new">${say('thisBrowser')}</span>` : nothing}
              <span class="note">${say('lastSeen')} ${fullTime(session.last_seen_at)}</span></span
            >
            ${
              session.is_current
                ? nothing
                : html`<button type="button" @click=${() => end(session)}>
                    ${say('signOut')} <span class="hidden">${session.browser ?? ''}</span>
                  </button>`
            }
          </li>`,
      )}
    </ul>`;

  void load();
  return {
    title: () => say('account'),
    render: () => {
      const {email, sites} = context.account;
      return html`<div class="head"><h1>${say('account')}</h1></div>
        <div class="site-page">
          <section>
            <p>${say('signedInAs')} <strong>${typed(email)}</strong></p>
            ${sites.length === 0 ? html`<p class="problem">${say('noSites')}</p>` : nothing}
            <ul class="lines">
              ${sites.map(({name, role}) => html`<li>${typed(name)} <span class="note">${roleText(role)}</span></li>`)}
            </ul>
            ${nameForm()}
          </section>
          ${settings()}
          <section>
            <h2>${say('sessions')}</h2>
            ${whenLoaded(sessions, sessionList, load)}
            <p class="actions">
              <button type="button" @click=${signOut}>${say('signOut')}</button>
              <button type="button" class="danger" @click=${signOutEverywhere}>
                ${say('signOutEverywhere')}
              </button>
            </p>
          </section>
        </div>`;
    },
  };
};

import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';
import {live} from 'lit/directives/live.js';

import type {People, Person} from '../../../server/contract/owner-people.js';
import {call} from '../core/api.js';
import type {Context, View} from '../core/context.js';
import {Loader, toApiError} from '../core/loader.js';
import type {Place} from '../core/router.js';
import {copyButton, typed} from '../parts/controls.js';
import {showDialog} from '../parts/dialog.js';
import {readField} from '../parts/fields.js';
import {errorText, whenLoaded} from '../parts/states.js';
import {addStyles} from '../parts/styles.js';
import {siteStyles} from '../styles/site.js';
import {fullTime} from '../texts/format.js';
import {say} from '../texts/texts.js';
import {ALL_ROLES, roleText} from './roles.js';

addStyles(siteStyles);

/** Creates the page of the people of a site. */
export const createPeople = (context: Context, place: Place): View => {
  const key = 'site' in place ? place.site : '';
  const path = `sites/${encodeURIComponent(key)}/people`;
  const people = new Loader<People>(context.update);
  const load = () => people.load(() => call(path));

  const run = async (change: () => Promise<unknown>, success: string) => {
    try {
      await change();
      context.notify(success);
    } catch (error) {
      context.notify(errorText(toApiError(error)));
    }
    await load();
  };
  const changeRole = ({id, is_you}: Person, {target}: Event) => {
    const {value: role} = target as HTMLSelectElement;
    const change = () => call(`${path}/${id}`, {method: 'PATCH', body: {role}});
    void (is_you ? changeOwnRole(change) : run(change, say('roleChanged')));
  };
  const changeOwnRole = async (change: () => Promise<unknown>) => {
    const isDone = await showDialog({
      title: say('ownRoleTitle'),
      body: html`<p>${say('ownRoleText')}</p>`,
      action: say('changeRole'),
      close: say('keep'),
      isDangerous: true,
      run: change,
    });
    if (isDone) await context.reloadAccount();
    await load();
  };
  const remove = async ({id, email, status}: Person) => {
    const isInvited = status === 'invited';
    const isDone = await showDialog({
      title: say(isInvited ? 'withdrawTitle' : 'removeTitle', {email}),
      body: html`<p>${say(isInvited ? 'withdrawText' : 'removeText')}</p>`,
      action: say(isInvited ? 'withdraw' : 'remove'),
      close: say('keep'),
      isDangerous: true,
      run: () => call(`${path}/${id}`, {method: 'DELETE'}),
    });
    if (isDone) context.notify(say(isInvited ? 'withdrawn' : 'removed'));
    await load();
  };
  const invite = async () => {
    const isDone = await showDialog({
      title: say('inviteTitle'),
      body: html`<div class="field">
          <label for="invite-email">${say('email')}</label>
          <input
            id="invite-email"
            name="email"
            type="email"
            required
            dir="ltr"
            autocomplete="off"
          />
        </div>
        <fieldset>
          <legend>${say('role')}</legend>
          ${ALL_ROLES.map(
            (role) =>
              html`<label class="radio"
                ><input type="radio" name="role" value=${role} ?checked=${role === 'agent'} />
                <span
                  >${roleText(role)} <span class="note">${say(`role_${role}`)}</span></span
                ></label
              >`,
          )}
        </fieldset>`,
      action: say('invite'),
      run: (fields) =>
        call(path, {
          method: 'POST',
          body: {email: readField(fields, 'email'), role: readField(fields, 'role')},
        }),
    });
    if (isDone) context.notify(say('invited'));
    await load();
  };

  const row = (person: Person) => {
    const {email, name, role, status, is_you, last_seen_at, invitation} = person;
    return html`<tr>
      <th scope="row">
        ${name ? html`${typed(name)}<br />` : nothing}<span class="note">${typed(email)}</span>
        ${is_you ? html`<span class="note">(${say('you')})</span>` : nothing}
      </th>
      <td>
        ${
          status === 'invited'
            ? roleText(role)
            : html`<select
                aria-label=${say('roleOf', {name: name ?? email})}
                @change=${(event: Event) => changeRole(person, event)}
              >
                ${ALL_ROLES.map(
                  (one) =>
                    html`<option value=${one} .selected=${live(one === role)}>
                      ${roleText(one)}
                    </option>`,
                )}
              </select>`
        }
      </td>
      <td class="note">
        ${
          invitation
            ? html`${say('invitedUntil')} ${fullTime(invitation.expires_at)}`
            : last_seen_at
              ? html`${say('lastSeen')} ${fullTime(last_seen_at)}`
              : say('neverSeen')
        }
      </td>
      <td class="right">
        <span class="actions">
          ${invitation?.url ? copyButton(invitation.url, say('copyLink')) : nothing}
          <button type="button" class="plain" @click=${() => remove(person)}>
            ${say(status === 'invited' ? 'withdraw' : 'remove')}
            <span class="hidden">${email}</span>
          </button>
        </span>
      </td>
    </tr>`;
  };

  const content = ({people}: People): TemplateResult =>
    html`<table class="people">
      <caption class="hidden">
        ${say('people')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${say('person')}</th>
          <th scope="col">${say('role')}</th>
          <th scope="col">${say('lastSeen')}</th>
          <th scope="col"><span class="hidden">${say('actions')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${people.map(row)}
      </tbody>
    </table>`;

  void load();
  return {
    title: () => say('people'),
    site: () => key,
    render: () =>
      html`<div class="head">
          <h1>${say('people')}</h1>
          <button type="button" class="primary" @click=${invite}>${say('invitePerson')}</button>
        </div>
        ${whenLoaded(people, content, load)}`,
  };
};

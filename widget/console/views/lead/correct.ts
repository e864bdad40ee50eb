import {html} from 'lit/html.js';

import type {CorrectLead, LeadDetail} from '../../../../server/contract/owner-lead.js';
import {showDialog} from '../../parts/dialog.js';
import {readField} from '../../parts/fields.js';
import {say} from '../../texts/texts.js';

/** Asks for the right name and e-mail address, and saves what differs. */
export const askToCorrect = (
  {name, email}: LeadDetail,
  save: (change: CorrectLead) => Promise<unknown>,
): Promise<boolean> =>
  showDialog({
    title: say('correctTitle'),
    body: html`<div class="field">
        <label for="correct-name">${say('name')}</label>
        <input id="correct-name" name="name" dir="auto" maxlength="100" .value=${name ?? ''} />
      </div>
      <div class="field">
        <label for="correct-email">${say('email')}</label>
        <input id="correct-email" name="email" type="email" dir="auto" .value=${email ?? ''} />
        <p class="note">${say('correctEmailNote')}</p>
      </div>`,
    action: say('save'),
    run: async (fields) => {
      const [newName, newEmail] = [readField(fields, 'name'), readField(fields, 'email')];
      const change = {
        ...(newName !== (name ?? '') && {name: newName}),
        ...(newEmail !== (email ?? '') && {email: newEmail}),
      };
      if (Object.keys(change).length > 0) await save(change);
    },
  });

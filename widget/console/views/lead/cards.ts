import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LeadConsent, LeadDetail, LeadPage} from '../../../../server/contract/owner-lead.js';
import {copyButton, shape, typed} from '../../parts/controls.js';
import {exactDay, fullTime, languageName} from '../../texts/format.js';
import type {TextKey} from '../../texts/texts.js';
import {say} from '../../texts/texts.js';
import {purposeText} from '../steps.js';

export const contactCard = (lead: LeadDetail): TemplateResult => {
  const {name, email, pending_email, locale, completed_at, kept_until, delayed} = lead;
  return html`<section class="card">
    <h2>${say('contact')}</h2>
    <dl class="facts">
      ${fact(say('name'), name ? typed(name) : say('unknown'))}
      ${fact(
        say('email'),
        email
          ? html`${typed(email)} <span class="no-print">${copyButton(email)}</span>
              <span class="note"
                >${
                  completed_at
                    ? html`${say('confirmedAt')} ${fullTime(completed_at)}`
                    : say('statePending')
                }</span
              >`
          : say('stateVisit'),
      )}
      ${pending_email ? fact(say('newEmail'), html`${typed(pending_email)} <span class="note">${say('statePending')}</span>`) : nothing}
      ${delayed ? fact(say('linkLabel'), say('linkDelayed')) : nothing}
      ${locale ? fact(say('language'), languageName(locale)) : nothing}
      ${fact(say('firstVisit'), fullTime(lead.created_at))}
      ${fact(say('keptUntil'), kept_until ? exactDay(kept_until) : say('noLimit'))}
    </dl>
  </section>`;
};

const fact = (label: string, value: TemplateResult | string) =>
  html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;

export const answersCard = (answers: LeadPage['answers']): TemplateResult | typeof nothing => {
  if (answers.length === 0) return nothing;
  return html`<section class="card">
    <h2>${say('answers')}</h2>
    <dl class="facts">${answers.map(({question, label}) => answer(question, label))}</dl>
  </section>`;
};

const answer = (question: string, label: string) =>
  html`<div class="answer">
    <dt dir="auto">${question}</dt>
    <dd dir="auto">${label}</dd>
  </div>`;

const KNOWN: Record<LeadConsent['known'], TextKey> = {
  yes: 'wordingKnown',
  no: 'wordingUnknown',
  unchecked: 'wordingUnchecked',
};

export const consentsCard = (consents: readonly LeadConsent[]): TemplateResult =>
  html`<section class="card">
    <h2>${say('consents')}</h2>
    ${consents.length === 0 ? html`<p class="note">${say('noConsents')}</p>` : nothing}
    ${consents.map(consentRow)}
  </section>`;

const consentRow = ({purpose, granted, wording, sha256, locale, recorded_at, known}: LeadConsent) =>
  html`<details class="consent">
    <summary>
      ${shape(granted ? 'done' : 'no')} ${purposeText(purpose)}:
      <strong>${say(granted ? 'agreed' : 'refused')}</strong>
      <span class="note">${fullTime(recorded_at)}</span>
      ${known === 'no' ? html`<span class="warns">${shape('warning')} ${say(KNOWN[known])}</span>` : nothing}
    </summary>
    <blockquote dir="auto" lang=${locale}>${wording}</blockquote>
    <p class="note">
      ${known === 'no' ? nothing : html`${say(KNOWN[known])} · `}${languageName(locale)}<br />
      SHA-256 <code>${sha256}</code>
    </p>
  </details>`;

import {html, nothing} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import type {LeadConsent, LeadMessage, LeadPage} from '../../../../server/contract/owner-lead.js';
import type {LeadFile} from '../../../../server/contract/owner-files.js';
import {shape, typed} from '../../parts/controls.js';
import {dayOf, formatSize} from '../../texts/format.js';
import {formatTag, say} from '../../texts/texts.js';
import {SPEAKERS} from '../leads/row.js';
import {purposeText} from '../steps.js';

interface Entry {
  at: string;
  day: string;
  content: TemplateResult;
}

/** Shows what the visitor did and wrote, in its order, with the files where they were sent. */
export const transcript = (
  {lead, consents, files}: LeadPage,
  messages: readonly LeadMessage[],
  buttons: (file: LeadFile) => TemplateResult,
): TemplateResult => {
  const who = lead.name ?? say('byVisitor');
  const inMessages = new Set(messages.flatMap((message) => message.files.map(({id}) => id)));
  const loose = files.filter(({id}) => !inMessages.has(id));
  const entries: Entry[] = [
    ...consents.map((consent) => entry(consent.recorded_at, consentLine(consent))),
    ...loose.map((file) => entry(file.uploaded_at, fileLine(file, buttons))),
    ...messages.map((one) => entry(one.created_at, message(one, who, buttons))),
    ...(lead.completed_at ? [entry(lead.completed_at, confirmedLine())] : []),
  ].sort((a, b) => a.at.localeCompare(b.at));
  if (entries.length === 0) return html`<p class="note">${say('noMessages')}</p>`;
  return html`<ol class="transcript">
    ${entries.map(({day, at, content}, index) => {
      const isNewDay = entries[index - 1]?.day !== day;
      return html`${isNewDay ? html`<li class="day">${dayOf(localDay(at))}</li>` : nothing}${content}`;
    })}
  </ol>`;
};

const entry = (at: string, content: TemplateResult): Entry => ({at, day: localDay(at), content});

const localDay = (at: string): string => {
  const date = new Date(at);
  date.setMinutes(date.getMinutes() - date.getTimezoneOffset());
  return date.toISOString().slice(0, 10);
};

const timeOf = (at: string) =>
  html`<time datetime=${at}
    >${new Intl.DateTimeFormat(formatTag(), {timeStyle: 'short'}).format(new Date(at))}</time
  >`;

const message = (
  {role, body, state, files, created_at}: LeadMessage,
  who: string,
  buttons: (file: LeadFile) => TemplateResult,
) =>
  html`<li class="message ${role}">
    <p class="by">
      <strong>${role === 'visitor' ? typed(who) : say(SPEAKERS[role])}</strong>
      ${timeOf(created_at)}
    </p>
    <p class="body" dir="auto">${body}</p>
    ${state === 'failed' ? html`<p class="note">${say('messageCutOff')}</p>` : nothing}
    ${files.map((file) => attached(file, buttons))}
  </li>`;

const attached = (file: LeadFile, buttons: (file: LeadFile) => TemplateResult) =>
  html`<p class="attached">
    ${shape('file')}
    <bdi dir="auto" title=${file.name}>${file.name}</bdi>
    <span class="note number">${formatSize(file.size)}</span>
    ${buttons(file)}
  </p>`;

const fileLine = (file: LeadFile, buttons: (file: LeadFile) => TemplateResult) =>
  html`<li class="event">${attached(file, buttons)} ${timeOf(file.uploaded_at)}</li>`;

const consentLine = ({purpose, granted, recorded_at}: LeadConsent) =>
  html`<li class="event">
    <span
      >${shape(granted ? 'done' : 'no')} ${purposeText(purpose)}:
      ${say(granted ? 'agreed' : 'refused')}</span
    >
    ${timeOf(recorded_at)}
  </li>`;

const confirmedLine = () =>
  html`<li class="event"><span>${shape('done')} ${say('emailConfirmed')}</span></li>`;

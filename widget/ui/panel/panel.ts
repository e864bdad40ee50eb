import {html, nothing} from 'lit';
import {keyed} from 'lit/directives/keyed.js';

import type {Chat} from '../../core/chat.js';
import type * as intake from '../../element/intake.js';
import {interpolate} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import {nameView} from '../controls/text-field.js';
import {CLOSE, MENU, iconButton} from '../controls/icons.js';
import {freshText} from '../controls/fresh-text.js';
import {logView} from './conversation-log.js';
import {noticesView} from './notices.js';

export interface PanelState {
  isOpen: boolean;
  isInline: boolean;
  isFullScreen: boolean;
  isDropping: boolean;
  heading: string;
  /** The address of a picture. */
  avatar: string | null;
  announcement: string;
  /** Null until it has been fetched. */
  intake: typeof intake | null;
  onClose: () => void;
  onMenu: (event: Event) => void;
  onFocus: (event: Event) => void;
}

export const panelView = (chat: Chat, language: Language, panel: PanelState) => html`
  <section
    class="panel"
    part="panel"
    role=${panel.isInline ? 'region' : 'dialog'}
    aria-label=${panel.heading}
    aria-modal=${panel.isFullScreen ? 'true' : nothing}
    tabindex="-1"
    ?hidden=${!panel.isOpen}
    @focusin=${panel.onFocus}
  >
    <div class="inside" lang=${language.tag} dir=${language.texts.dir}>
      <div class="main" ?inert=${chat.dialog !== null}>
        ${headerView(chat, language, panel)} ${logView(chat, language, panel.intake)}
        ${noticesView(chat, language)}
        <div class="tray">
          ${trayView(chat, language, panel.intake)} ${panel.intake?.keepView(chat, language)}
        </div>
        ${panel.intake?.talkView(chat, language)}
        <p class="footnote">${language.texts.footnote}</p>
      </div>
      ${chat.dialog?.view(language)} ${panel.intake?.toastView(chat, language)}
      <div class="sr" role="status">${panel.announcement}</div>
      ${panel.isDropping ? panel.intake?.dropView(chat, language) : nothing}
    </div>
  </section>
`;

const headerView = (chat: Chat, {texts}: Language, panel: PanelState) => {
  const {position: place} = chat.flow;
  return html`
    <div class="header" part="header">
      <slot name="avatar">${avatarView(panel.avatar, texts.maria)}</slot>
      <div class="titles">
        <slot name="header"><h2>${panel.heading}</h2></slot>
        <p>${freshText(place ? interpolate(texts, 'stepOf', {...place}) : texts.subtitle)}</p>
      </div>
      ${iconButton(MENU, texts.menu, panel.onMenu)}
      ${panel.isInline ? nothing : iconButton(CLOSE, texts.close, panel.onClose)}
      ${place ? stepsView(place.index, place.total) : nothing}
    </div>
  `;
};

/** A picture that cannot be loaded, or that the page's policy refuses, leaves the initial. */
const avatarView = (address: string | null, name: string) => html`
  <span class="avatar large" aria-hidden="true"
    >${name[0]}${
      address
        ? html`<img
            src=${address}
            alt=""
            @error=${(event: Event) => (event.target as Element).remove()}
          />`
        : nothing
    }</span
  >
`;

const stepsView = (index: number, total: number) => html`
  <div class="steps" aria-hidden="true">
    ${Array.from({length: total}, (_, at) => html`<i class=${at < index ? 'reached' : ''}></i>`)}
  </div>
`;

type Intake = PanelState['intake'];

/** What the visitor can do now. Keyed, so that no field inherits what was typed into another. */
const trayView = (chat: Chat, language: Language, intake: Intake) =>
  keyed(chat.flow.phase + chat.flow.step?.id, answerView(chat, language, intake));

const answerView = (chat: Chat, language: Language, intake: Intake) => {
  const {phase, step} = chat.flow;
  if (phase === 'returning') return chat.resumeParts?.returningView(chat, language);
  if (phase === 'arriving') return turnedAwayView(chat, language);
  if (!step) return nothing;
  if (step.type === 'ask' && step.field === 'name') return nameView(chat, language);
  return intake ? intakeStepView(chat, language, intake) : nothing;
};

/** Maria has said that she cannot be reached here; the owner may be about to mend it. */
const turnedAwayView = ({lifecycle, status, transcript}: Chat, {texts}: Language) =>
  transcript.isTyping || status.notice
    ? nothing
    : html`
        <div class="pair">
          <button part="button" class="choice" data-focus @click=${() => lifecycle.tryAgain()}>
            ${texts.retry}
          </button>
        </div>
      `;

const intakeStepView = (chat: Chat, language: Language, intake: NonNullable<Intake>) => {
  const {uploads, verification} = chat;
  const {step} = chat.flow;
  if (step?.type === 'ask') return intake.emailView(chat, language);
  if (step?.type === 'consent') return intake.consentView(chat, language);
  if (step?.type === 'upload' && uploads) return intake.filesView(chat, uploads, language);
  if (step?.type === 'verify_email' && verification) {
    return intake.pendingView(chat, verification, language);
  }
  if (step?.type === 'assistant') return intake.assistantView(chat, language);
  if (step?.type !== 'end') return nothing;
  return step.outcome === 'refused'
    ? intake.refusedView(chat, language)
    : intake.completeView(chat, language);
};

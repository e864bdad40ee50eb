import {html, nothing} from 'lit';
import {keyed} from 'lit/directives/keyed.js';

import {interpolate} from '../../i18n/format.js';
import {freshText} from '../controls/fresh-text.js';
import {CLOSE, MENU, iconButton} from '../controls/icons.js';
import type {Dialog} from '../dialog-host.js';
import {nameView} from '../steps/name.js';
import type * as resumeViews from '../steps/resume.js';
import type {ViewContext} from '../view-context.js';
import {logView} from './conversation-log.js';
import type * as intakeViews from './intake-views.js';
import {noticesView} from './notices.js';

/** Views that are loaded after the panel has opened; null until then. */
export interface LazyViews {
  intake: typeof intakeViews | null;
  resume: Pick<typeof resumeViews, 'resumeView'> | null;
}

export interface PanelOptions extends LazyViews {
  isOpen: boolean;
  isInline: boolean;
  isFullScreen: boolean;
  isDropping: boolean;
  heading: string;
  /** URL of a picture. */
  avatar: string | null;
  /** Text for screen readers. */
  announcement: string;
  dialog: Dialog | null;
  onClose(): void;
  onMenu(event: Event): void;
  onFocus(event: Event): void;
}

export const panelView = (context: ViewContext, panel: PanelOptions) => {
  const {language} = context;
  const {dialog, intake} = panel;
  return html`
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
        <div class="main" ?inert=${dialog !== null}>
          ${headerView(context, panel)} ${logView(context, intake)} ${noticesView(context)}
          <div class="tray">${trayView(context, panel)} ${intake?.cancelChangeView(context)}</div>
          ${intake?.messageAreaView(context)}
          <p class="footnote">${language.texts.footnote}</p>
        </div>
        ${dialog?.view(language)} ${intake?.toastView(context)}
        <div class="sr" role="status">${panel.announcement}</div>
        ${panel.isDropping ? intake?.dropView(context) : nothing}
      </div>
    </section>
  `;
};

const headerView = ({chat, language: {texts}}: ViewContext, panel: PanelOptions) => {
  const {position} = chat.flow;
  const subtitle = position ? interpolate(texts, 'stepOf', {...position}) : texts.subtitle;
  return html`
    <div class="header" part="header">
      <slot name="avatar">${avatarView(panel.avatar, texts.maria)}</slot>
      <div class="titles">
        <slot name="header"><h2>${panel.heading}</h2></slot>
        <p>${freshText(subtitle)}</p>
      </div>
      ${iconButton(MENU, texts.menu, panel.onMenu)}
      ${panel.isInline ? nothing : iconButton(CLOSE, texts.close, panel.onClose)}
      ${position ? stepsView(position.index, position.total) : nothing}
    </div>
  `;
};

/** Shows the initial if the picture cannot be loaded, or the page's policy refuses it. */
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

/** What the visitor can do now. The key keeps a field from inheriting the text of another one. */
const trayView = (context: ViewContext, panel: PanelOptions) => {
  const {phase, step} = context.state;
  return keyed(phase + step?.id, answerView(context, panel));
};

const answerView = (context: ViewContext, {intake, resume}: PanelOptions) => {
  const {phase, step} = context.state;
  if (phase === 'resuming') return resume?.resumeView(context);
  if (phase === 'starting') return tryAgainView(context);
  if (!step) return nothing;
  if (step.type === 'ask' && step.field === 'name') return nameView(context);
  return intake?.stepView(context, step);
};

/** Maria has said that the chat does not work here. The page's owner may repair that. */
const tryAgainView = ({chat, language: {texts}, state}: ViewContext) =>
  chat.transcript.isTyping || state.notice
    ? nothing
    : html`
        <div class="pair">
          <button part="button" class="choice" data-focus @click=${() => chat.lifecycle.tryAgain()}>
            ${texts.retry}
          </button>
        </div>
      `;

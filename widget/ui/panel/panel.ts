import {html, nothing} from 'lit/html.js';

import {isEndOf, isOpenStep} from '../../core/flow/step-types.js';
import {interpolate} from '../../i18n/interpolate.js';
import {freshText} from '../controls/fresh-text.js';
import {CLOSE, MENU, iconButton} from '../controls/icons.js';
import {whileBusy} from '../controls/while-busy.js';
import {startSteps} from '../../core/commands/start-steps.js';
import {buttonView} from '../controls/button.js';
import {textSizeOf} from '../page/text-size.js';
import type {ViewContext} from '../view-context.js';
import {logView} from './conversation-log.js';
import {doorsView} from './doors.js';
import {messageAreaView} from './message-area.js';
import {noticesView} from './notices.js';

/** The panel's settings and state, which the element has. */
export interface PanelElement {
  readonly isOpen: boolean;
  readonly isInline: boolean;
  readonly isFullScreen: boolean;
  readonly heading: string | null;
  /** URL of a picture. */
  readonly avatar: string | null;
  readonly panelFocus: {note(event: Event): void};
  readonly renderRoot: ParentNode;
  close(): Promise<void>;
}

export const panelView = (context: ViewContext, panel: PanelElement) => {
  const {chat, dialogs, language, parts, texts} = context;
  const {intake} = parts;
  const toasts = intake?.toastView(context);
  const controls = trayView(context);
  // Keeps the height of the last controls while Maria types, so that nothing below them moves.
  const tray = controls ? null : panel.renderRoot.querySelector<HTMLElement>('.tray');
  const trayStyle = tray?.firstElementChild
    ? `min-block-size:${tray.offsetHeight}px`
    : (tray?.style.cssText ?? '');
  return html`
    <section
      class="panel"
      part="panel"
      role=${panel.isInline ? 'region' : 'dialog'}
      aria-label=${panel.heading || texts.maria}
      aria-modal=${panel.isFullScreen ? 'true' : nothing}
      tabindex="-1"
      ?hidden=${!panel.isOpen}
      @focusin=${(event: Event) => panel.panelFocus.note(event)}
    >
      <div
        class="inside"
        lang=${language.tag}
        dir=${texts.dir}
        .style=${`zoom:${textSizeOf(chat.storage)}`}
      >
        <div class="main" ?inert=${dialogs.current !== null}>
          ${headerView(context, panel)} ${logView(context)} ${dialogs.current ? nothing : toasts}
          ${noticesView(context)}
          <div class="tray" .style=${trayStyle}>
            ${controls} ${intake?.cancelChangeView(context)}
          </div>
          ${messageAreaView(context)}
          <p class="footnote">${texts.footnote}</p>
        </div>
        ${dialogs.current ? [dialogs.current.view(language), toasts] : nothing}
        <div class="sr" role="status">${context.announcement}</div>
        ${context.isDropping ? intake?.dropView(context) : nothing}
      </div>
    </section>
  `;
};

/** Its height never changes: what it shows of a question stays until the next one is asked. */
const headerView = ({chat, dialogs, state, texts}: ViewContext, panel: PanelElement) => {
  const {step} = state;
  const position = step?.type === 'end' ? null : chat.flow.position;
  const openMenu = (event: Event) => whileBusy(event, () => dialogs.open('menu'));
  const subtitle = position ? interpolate(texts, 'stepOf', {...position}) : texts.subtitle;
  const share = position
    ? (position.index - 1) / position.total
    : Number(isEndOf(step, 'complete'));
  return html`
    <div class="header" part="header">
      <slot name="avatar">${avatarView(panel.avatar, texts.maria)}</slot>
      <div class="titles">
        <slot name="header"><h2>${panel.heading || texts.maria}</h2></slot>
        <p>${freshText(subtitle)}</p>
      </div>
      ${iconButton(MENU, texts.menu, openMenu)}
      ${panel.isInline ? nothing : iconButton(CLOSE, texts.close, () => panel.close())}
      <div class="steps" aria-hidden="true">
        <i .style=${`inline-size:${share * 100}%`}></i>
      </div>
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

/**
 * Shows the current step. Two steps of one type never follow each other at once: Maria types between
 * them, so that no field inherits the text of another one. Returns a falsy value without controls.
 */
const trayView = (context: ViewContext) => {
  const {parts, state} = context;
  const {phase, step} = state;
  if (phase === 'resuming') return parts.resume?.resumeView(context);
  if (phase === 'starting') return tryAgainView(context);
  if (phase === 'doors') return doorsView(context);
  if (!step) return null;
  return html`${parts.intake?.stepView(context, step)} ${openStepsView(context)}`;
};

/** For visitors who have left their e-mail address before the other steps. */
const openStepsView = ({chat, state, texts}: ViewContext) =>
  state.sessionState !== 'visit' && !isOpenStep(state.step) && chat.flow.hasOpenSteps
    ? buttonView(texts.continueSteps, () => startSteps(chat), {style: 'link'})
    : nothing;

/** Maria has said that the chat does not work here. The page's owner may repair that. */
const tryAgainView = ({chat, state, texts}: ViewContext) =>
  chat.transcript.isTyping || state.notice
    ? null
    : html`
        <div class="pair" tabindex="-1" data-focus>
          ${buttonView(texts.retry, () => chat.lifecycle.tryAgain())}
        </div>
      `;

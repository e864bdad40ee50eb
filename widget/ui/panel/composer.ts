import {html, nothing} from 'lit/html.js';

import {MAX_MESSAGE_LENGTH} from '../../../server/contract/message-limit.js';

import {isSendable, isTooLong} from '../../core/messages/message-length.js';
import {interpolate} from '../../i18n/interpolate.js';
import {sendButtonView} from '../controls/send-button.js';
import type {ViewContext} from '../view-context.js';

/** The field grows with its text, up to this height. */
const MAX_HEIGHT_PX = 132;

/** The field to write to Maria, below the step that she asks. It is there before its code is loaded. */
export const composerView = (context: ViewContext) => {
  const {chat, messaging, parts, state, texts} = context;
  const thread = messaging?.thread;
  const views = thread && parts.messages;
  const text = chat.drafts.get('message') ?? '';
  const error = isTooLong(text) ? interpolate(texts, 'tooLong', {count: MAX_MESSAGE_LENGTH}) : '';
  return html`
    <form class="composer talk" part="composer" @submit=${submit(context)}>
      ${views ? views.attachmentsView(context, thread) : nothing}
      <label class="sr" for="message">${texts.message}</label>
      <div class="field">
        ${views ? views.clipView(context, thread) : nothing}
        <textarea
          id="message"
          rows="1"
          dir="auto"
          enterkeyhint="send"
          placeholder=${texts.message}
          aria-invalid=${Boolean(error)}
          aria-describedby=${error ? 'message-error' : nothing}
          .value=${text}
          ?data-focus=${state.phase === 'starting' || state.phase === 'doors'}
          @input=${keep(context)}
          @keydown=${sendByEnter}
        ></textarea>
        ${thread?.isAnswered && views ? views.stopView(context, thread) : sendView(context)}
      </div>
      <p class="error" id="message-error" role="alert">${error}</p>
    </form>
  `;
};

const sendView = ({chat, messaging, state, texts}: ViewContext) => {
  const isWaiting = state.isAsking && state.phase === 'starting';
  const isSettled = messaging?.thread?.attachments.isSettled ?? true;
  const canSend = isSendable(chat.drafts.get('message')) && isSettled && !isWaiting;
  return sendButtonView(texts.send, isWaiting, !canSend);
};

const submit = (context: ViewContext) => async (event: SubmitEvent) => {
  event.preventDefault();
  const form = event.target as HTMLElement;
  const field = form.querySelector('textarea')!;
  field.focus();
  await context.sendDraft();
  await context.whenUpdated();
  // The consent is asked for first.
  const root = form.getRootNode() as ShadowRoot;
  if (context.state.isAsking) root.querySelector<HTMLElement>('.tray [data-focus]')?.focus();
};

const keep =
  ({chat}: ViewContext) =>
  (event: Event) => {
    const field = event.target as HTMLTextAreaElement;
    chat.drafts.set('message', field.value || undefined);
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, MAX_HEIGHT_PX)}px`;
  };

/** Sends with Enter. Shift+Enter breaks the line, and an input method uses Enter itself. */
const sendByEnter = (event: KeyboardEvent) => {
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
  event.preventDefault();
  (event.target as HTMLTextAreaElement).form!.requestSubmit();
};

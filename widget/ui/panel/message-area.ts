import {nothing} from 'lit';

import {buttonView} from '../controls/button.js';
import {whileBusy} from '../controls/while-busy.js';
import type {ViewContext} from '../view-context.js';

/** The field to write to Maria, or the button that opens it. */
export const messageAreaView = (context: ViewContext) => {
  const {messaging, parts, state, texts} = context;
  if (state.phase !== 'step' || !messaging?.mayWrite) return nothing;
  // Between two steps the field stays, and with it the focus and the keyboard of a phone.
  if (messaging.thread) return parts.messages?.composerView(context, messaging.thread);
  if (!state.step) return nothing;
  const ask = (event: Event) => whileBusy(event, () => openField(context, event));
  return buttonView(texts.askQuestion, ask, {style: 'link ask'});
};

const openField = async (context: ViewContext, event: Event) => {
  const root = (event.currentTarget as Element).getRootNode() as ShadowRoot;
  await context.messaging!.open();
  await context.whenUpdated();
  root.querySelector('textarea')?.focus();
};

import {nothing} from 'lit';

import {buttonView} from '../controls/button.js';
import {whileBusy} from '../controls/while-busy.js';
import type {ViewContext} from '../view-context.js';

/** The field to write to Maria, or the button that opens it. */
export const messageAreaView = (context: ViewContext) => {
  const {messageViews, messaging, state, texts} = context;
  if (state.phase !== 'step' || !messaging?.mayWrite) return nothing;
  // Between two steps the field stays, and with it the focus and the keyboard of a phone.
  if (messaging.thread) return messageViews?.composerView(context, messaging.thread);
  if (!state.step) return nothing;
  const ask = (event: Event) => whileBusy(event, () => openField(context, event));
  return buttonView(texts.askQuestion, ask, {style: 'link ask'});
};

const openField = async ({messaging, whenUpdated}: ViewContext, event: Event) => {
  const root = (event.currentTarget as Element).getRootNode() as ShadowRoot;
  await messaging!.open();
  await whenUpdated();
  root.querySelector('textarea')?.focus();
};

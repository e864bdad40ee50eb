import {nothing} from 'lit/html.js';

import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';
import {composerView} from './composer.js';

/** The field to write to Maria, or the button that opens it. */
export const messageAreaView = (context: ViewContext) => {
  const {chat, messaging, state, texts} = context;
  const {isWriting, phase} = state;
  if (phase === 'resuming') return nothing;
  // Beside the field of a question, a second one would be taken for it. It goes while Maria types.
  if (isWriting || (messaging?.thread && chat.flow.next?.type !== 'ask'))
    return composerView(context);
  if (phase === 'starting' || !chat.canAsk) return nothing;
  const open = (event: Event) => openComposer(context, event);
  return buttonView(texts.askQuestion, open, {style: 'link ask'});
};

/** Opens the field and focuses it. Earlier messages follow when their code is loaded. */
export const openComposer = async (context: ViewContext, event: Event) => {
  const root = (event.currentTarget as Element).getRootNode() as ShadowRoot;
  context.chat.setIntent({isWriting: true});
  void context.openMessaging();
  await context.whenUpdated();
  root.querySelector<HTMLElement>('#message')?.focus();
};

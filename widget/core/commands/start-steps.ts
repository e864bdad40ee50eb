import type {Chat} from '../chat.js';

/** Goes through the first door, or continues the steps. A text in the field stays there. */
export const startSteps = (chat: Chat) => {
  const {answers, drafts, flow} = chat;
  chat.setIntent({isLeavingEmail: false, isWriting: Boolean(drafts.get('message'))});
  answers.start();
  return flow.begin();
};

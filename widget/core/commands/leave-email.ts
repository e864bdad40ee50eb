import type {Chat} from '../chat.js';

/** Asks for the name, if it is unknown, and for the e-mail address. The other steps can follow. */
export const leaveEmail = (chat: Chat) => {
  chat.setIntent({isLeavingEmail: true, isWriting: false});
  return chat.flow.begin();
};

/** True if a reply by e-mail is not possible yet, and the conversation asks for the address. */
export const canLeaveEmail = ({flow, state}: Chat) =>
  state.sessionState === 'visit' &&
  !state.isLeavingEmail &&
  flow.graph.firstOf((step) => step.type === 'ask' && step.field === 'email') !== null;

import type {Chat} from '../chat.js';
import {isEmailStep} from '../flow/step-types.js';

/** Asks for the name, if it is unknown, and for the e-mail address. The other steps can follow. */
export const leaveEmail = (chat: Chat) => {
  chat.setIntent({isLeavingEmail: true, isWriting: false});
  return chat.flow.begin();
};

/** True if a reply by e-mail is not possible yet, and the conversation asks for the address. */
export const canLeaveEmail = ({flow, state}: Chat) =>
  state.sessionState === 'visit' &&
  !state.isLeavingEmail &&
  flow.graph.firstOf(isEmailStep) !== null;

import type {Chat} from '../chat.js';
import {answerKey, isSiteQuestion} from '../flow/step-types.js';
import type {Line} from '../flow/transcript.js';

/** Returns whether a line is the newest answer to a step that can still be changed. */
export const canChange = ({answers, flow, state, transcript}: Chat, line: Line) => {
  const {isSubmitting, reopenedStep, sessionState} = state;
  // The consent that a question needs may not be a step of the site.
  const step = line.step && flow.graph.find(line.step);
  if (isSubmitting || reopenedStep || !step || !answers.isDone(step.id)) return false;
  // *My data* changes the rest of what was submitted.
  if (flow.isRefused || (sessionState !== 'visit' && !isSiteQuestion(step))) return false;
  // The last line has only its text, because screen readers read it out.
  if (line === transcript.lines.at(-1)) return false;
  return line === transcript.answerTo(step.id);
};

/** Goes back to the step of a line that can be changed. */
export const changeAnswer = ({flow}: Chat, line: Line) => flow.reopen(flow.graph.find(line.step!)!);

/** Leaves a change of an answer or of the e-mail address. Returns false if there is none. */
export const cancelChange = (chat: Chat) => {
  const {drafts, flow, state, status, transcript, verification} = chat;
  const {reopenedStep} = state;
  if (reopenedStep) {
    drafts.set(isSiteQuestion(reopenedStep) ? answerKey(reopenedStep) : 'name');
    // While Maria goes back to the question, there is nothing to leave.
    if (!flow.step) return true;
    transcript.removeOpen(reopenedStep);
    void flow.complete(reopenedStep);
  } else if (verification?.isChanging) {
    verification.closeChange();
    drafts.set('email');
    status.setFieldError(null);
  } else return false;
  return true;
};

import type {Chat} from '../chat.js';
import type {Line} from '../flow/transcript.js';

/** Returns whether a line is the newest answer to a step that can still be changed. */
export const canChange = ({answers, flow, state, transcript}: Chat, line: Line) => {
  const {isSubmitting, reopenedStep, sessionState} = state;
  const isSettled =
    sessionState !== 'visit' || isSubmitting || reopenedStep || flow.step?.type === 'end';
  if (isSettled || !line.step || !answers.isDone(line.step)) return false;
  // The last line has only its text, because screen readers read it out.
  if (line === transcript.lines.at(-1)) return false;
  return line === transcript.answerTo(line.step);
};

export const changeAnswer = ({flow}: Chat, line: Line) => {
  const step = flow.graph.find(line.step!);
  if (flow.step && step) void flow.reopen(step);
};

/** Leaves a change of an answer or of the e-mail address. Returns false if there is none. */
export const cancelChange = ({drafts, flow, state, status, verification}: Chat) => {
  if (state.reopenedStep) {
    drafts.set('name');
    // While Maria goes back to the question, there is nothing to leave.
    if (flow.step) void flow.complete(state.reopenedStep);
  } else if (verification?.isChanging) {
    verification.closeChange();
    drafts.set('email');
    status.setFieldError(null);
  } else return false;
  return true;
};

/** Asks the refused question again, in a new session. */
export const reconsider = (chat: Chat) =>
  chat.submit(async () => {
    const {answers, flow, outbox, reference, state, transcript} = chat;
    const refused = transcript.lines.filter(({step}) => step).at(-1);
    // While there is a session, the backend has not recorded the refusal.
    if (reference) await outbox.flush();
    const nameStep = flow.graph.firstOf((step) => step.type === 'ask' && step.field === 'name');
    const name = nameStep && transcript.answerTo(nameStep.id);
    // A refusal that ended a question did not end the steps.
    if (!state.isAsking) answers.start();
    // The name is still in a line, and need not be typed again.
    if (name) {
      answers.setName(name.text(chat.language));
      answers.complete(nameStep.id);
    }
    transcript.say('visitor', ({texts}) => texts.changedMind);
    await flow.goTo(flow.graph.find(refused!.step!));
  });

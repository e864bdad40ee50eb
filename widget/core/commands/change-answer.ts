import type {Chat} from '../chat.js';
import type {Line} from '../flow/transcript.js';

/** The newest answer to each step, as long as nothing has been handed over. */
export const canChange = (chat: Chat, line: Line) => {
  const {answers, flow, isSubmitting, state, transcript} = chat;
  const isSettled =
    state !== 'visit' || isSubmitting || flow.reopenedStep || flow.step?.type === 'end';
  if (isSettled || !line.step || !answers.isDone(line.step)) return false;
  // Nothing but words is in a line while it is read out.
  if (line === transcript.lines.at(-1)) return false;
  return line === transcript.answerTo(line.step);
};

export const changeAnswer = ({flow}: Chat, line: Line) => {
  const step = flow.graph.find(line.step!);
  if (flow.step && step) void flow.reopen(step);
};

/** After a refusal: the same question again, in a session of its own. */
export const reconsider = (chat: Chat) =>
  chat.submit(async () => {
    const {answers, flow, outbox, reference, transcript} = chat;
    const refused = transcript.lines.filter(({step}) => step).at(-1);
    // As long as there is a session, the backend has not heard of the refusal.
    if (reference) await outbox.flush();
    const naming = flow.graph.firstOf((step) => step.type === 'ask' && step.field === 'name');
    const named = naming && transcript.answerTo(naming.id);
    // It still stands here, and need not be typed again.
    if (named) {
      answers.name = named.text(chat.language);
      answers.complete(naming.id);
    }
    transcript.say('visitor', ({texts}) => texts.changedMind);
    await flow.goTo(flow.graph.find(refused!.step!));
  });

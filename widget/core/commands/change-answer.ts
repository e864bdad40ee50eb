import type {Chat} from '../chat.js';
import type {Line} from '../flow/transcript.js';

/** The newest answer to each step, as long as nothing has been handed over. */
export const canChange = (chat: Chat, line: Line) => {
  const {answers, guide, isSending, state, transcript} = chat;
  const isSettled = state !== 'visit' || isSending || guide.reopened || guide.step?.type === 'end';
  if (isSettled || !line.step || !answers.isDone(line.step)) return false;
  // Nothing but words is in a line while it is read out.
  if (line === transcript.lines.at(-1)) return false;
  return line === transcript.answerTo(line.step);
};

export const changeAnswer = ({guide}: Chat, line: Line) => {
  const step = guide.walk.find(line.step!);
  if (guide.step && step) void guide.reopen(step);
};

/** After a refusal: the same question again, in a session of its own. */
export const reconsider = (chat: Chat) =>
  chat.sending(async () => {
    const {answers, guide, outbox, reference, transcript} = chat;
    const refused = transcript.lines.filter(({step}) => step).at(-1);
    // As long as there is a session, the backend has not heard of the refusal.
    if (reference) await outbox.flush();
    const naming = guide.walk.firstOf((step) => step.type === 'ask' && step.field === 'name');
    const named = naming && transcript.answerTo(naming.id);
    // It still stands here, and need not be typed again.
    if (named) {
      answers.name = named.words(chat.language);
      answers.finish(naming.id);
    }
    transcript.say('visitor', ({texts}) => texts.changedMind);
    await guide.goTo(guide.walk.find(refused!.step!));
  });

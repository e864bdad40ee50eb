import type {Chat} from '../chat.js';
import {filesAnswer} from '../flow/answer-texts.js';

/** Uploads what is queued, and continues as soon as all of it is stored. */
export const finishUploads = (chat: Chat) => {
  const {flow} = chat;
  const uploads = chat.uploads!;
  const {step} = flow;
  uploads.finish(() => {
    // The visitor may have gone back to an earlier answer.
    if (!step || flow.step !== step) return;
    uploads.dropUnstored();
    chat.addAnswer(filesAnswer(uploads.storedNames));
    void flow.complete(step);
  });
};

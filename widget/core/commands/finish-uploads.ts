import type {Chat} from '../chat.js';
import {interpolate} from '../../i18n/languages.js';
import type {Uploads} from '../uploads/uploads.js';

export const finishUploads = async (chat: Chat, uploads: Uploads) => {
  const count = uploads.storedCount;
  uploads.dropUnstored();
  chat.addVisitorLine(({texts}) => interpolate(texts, 'filesDone', {count}));
  await chat.flow.complete(chat.flow.step!);
};

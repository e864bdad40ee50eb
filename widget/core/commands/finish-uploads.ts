import type {Chat} from '../chat.js';
import {fill} from '../../i18n/languages.js';
import type {Uploads} from '../uploads/uploads.js';

export const finishFiles = async (chat: Chat, uploads: Uploads) => {
  const count = uploads.storedCount;
  uploads.dropUnstored();
  chat.visitorSays(({texts}) => fill(texts, 'filesDone', {count}));
  await chat.guide.finish(chat.guide.step!);
};

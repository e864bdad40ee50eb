import {interpolate} from '../../i18n/interpolate.js';
import type {Chat} from '../chat.js';

export const finishUploads = async (chat: Chat) => {
  const {flow} = chat;
  const uploads = chat.uploads!;
  const count = uploads.storedCount;
  uploads.dropUnstored();
  chat.addAnswer(({texts}) => interpolate(texts, 'filesDone', {count}));
  await flow.complete(flow.step!);
};

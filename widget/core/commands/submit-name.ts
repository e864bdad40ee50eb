import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';
import type {Chat} from '../chat.js';
import {cleanName} from '../flow/clean-name.js';

export const submitName = async (chat: Chat, text: string) => {
  const {answers, drafts, flow, status} = chat;
  const name = cleanName(text);
  if (!name) return status.setFieldError('nameRequired');
  if (name.length > MAX_NAME_LENGTH) return status.setFieldError('tooLong');
  answers.setName(name);
  drafts.set('name');
  chat.addAnswer(() => name);
  const greeting = ({texts}: Language) => interpolate(texts, 'niceToMeet', {name});
  await flow.complete(flow.step!, flow.isLate() ? [] : [greeting]);
};

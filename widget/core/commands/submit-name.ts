import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import type {Chat} from '../chat.js';
import {cleanName} from '../flow/clean-name.js';
import {interpolate} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';

export const submitName = async (chat: Chat, name: string) => {
  const step = chat.flow.step!;
  const trimmed = cleanName(name);
  if (!trimmed) return chat.status.setFieldError('nameRequired');
  if (trimmed.length > MAX_NAME_LENGTH) return chat.status.setFieldError('tooLong');
  chat.answers.name = trimmed;
  chat.drafts.delete('name');
  chat.addVisitorLine(() => trimmed);
  const greeting = ({texts}: Language) => interpolate(texts, 'niceToMeet', {name: trimmed});
  await chat.flow.complete(step, [greeting]);
};

import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import type {Chat} from '../chat.js';
import {cleanName} from '../flow/clean-name.js';
import {fill} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';

export const giveName = async (chat: Chat, name: string) => {
  const step = chat.guide.step!;
  const trimmed = cleanName(name);
  if (!trimmed) return chat.signs.blame('nameRequired');
  if (trimmed.length > MAX_NAME_LENGTH) return chat.signs.blame('tooLong');
  chat.answers.name = trimmed;
  chat.drafts.delete('name');
  chat.visitorSays(() => trimmed);
  const greeting = ({texts}: Language) => fill(texts, 'niceToMeet', {name: trimmed});
  await chat.guide.finish(step, [greeting]);
};

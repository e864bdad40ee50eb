import type {Language} from '../texts.js';

export const formatTime = (time: Date, {tag}: Language) =>
  new Intl.DateTimeFormat(tag, {dateStyle: 'medium', timeStyle: 'short'}).format(time);

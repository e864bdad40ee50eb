import type {Language} from '../languages.js';

export const formatTime = (time: Date, {tag}: Language) =>
  new Intl.DateTimeFormat(tag, {dateStyle: 'medium', timeStyle: 'short'}).format(time);

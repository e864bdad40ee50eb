import {MAX_MESSAGE_LENGTH} from '../../../server/contract/message-limit.js';

export const isTooLong = (text: string) => [...text.trim()].length > MAX_MESSAGE_LENGTH;

export const isSendable = (text = '') => text.trim() !== '' && !isTooLong(text);

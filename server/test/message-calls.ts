import type {ErrorBody} from '../contract/common.js';
import type {MessageResponse, MessageList} from '../contract/messages.js';
import type {Visitor} from './visitor.js';

type Refused = Partial<Pick<ErrorBody, 'code' | 'faults'>>;

export const sendMessage = (visitor: Visitor, json: object) =>
  visitor.call<MessageResponse & Refused>('POST', '/api/messages', {json});

export const listMessages = async (visitor: Visitor, query = '') =>
  (await visitor.call<MessageList>('GET', `/api/messages${query}`)).body;

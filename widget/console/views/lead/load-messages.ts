import type {LeadMessage, LeadMessages} from '../../../../server/contract/owner-lead.js';
import {call} from '../../core/api.js';

const PAGE = 100;

/** Loads all messages of a lead, page by page. */
export const loadMessages = async (path: string): Promise<LeadMessage[]> => {
  const all: LeadMessage[] = [];
  for (let after = 0; ;) {
    const {messages, next} = await call<LeadMessages>(`${path}/messages`, {
      query: {after: String(after), limit: String(PAGE)},
    });
    all.push(...messages);
    if (messages.length < PAGE) return all;
    after = next;
  }
};

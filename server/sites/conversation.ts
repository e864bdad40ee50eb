import type {Conversation, QuestionStep} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {SiteSettings} from '../contract/sites.js';

/** Returns the conversation of a site, which is the default one if the site has not set its own. */
export const getConversation = (settings?: SiteSettings): Conversation =>
  settings?.conversation ?? DEFAULT_CONVERSATION;

/** Returns the steps that ask a question of the site. */
export const listQuestions = ({steps}: Conversation): QuestionStep[] =>
  steps.filter((step): step is QuestionStep => 'kind' in step);

/** Returns the question for a field; undefined if the site does not ask for it. */
export const findQuestion = (conversation: Conversation, field: string): QuestionStep | undefined =>
  listQuestions(conversation).find((step) => step.field === field);

import type {Conversation, QuestionStep} from '../contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../contract/default-conversation.js';
import type {SiteSettings} from '../contract/sites.js';

/** Returns the conversation of a site, which is the default one if the site has not set its own. */
export const getConversation = (settings?: SiteSettings): Conversation =>
  settings?.conversation ?? DEFAULT_CONVERSATION;

/** Returns the steps that ask a question of the site. */
export const listQuestions = ({steps}: Conversation): QuestionStep[] =>
  steps.filter((step): step is QuestionStep => 'kind' in step);

/** Question of a site, with the position of its step in the conversation. */
export interface SiteQuestion {
  step: QuestionStep;
  position: number;
}

/** Returns the questions of the site by their field, in the order of the conversation. */
export const mapQuestions = ({steps}: Conversation): ReadonlyMap<string, SiteQuestion> =>
  new Map(
    steps.flatMap((step, position) => ('kind' in step ? [[step.field, {step, position}]] : [])),
  );

/** Returns the question for a field; undefined if the site does not ask for it. */
export const findQuestion = (conversation: Conversation, field: string): QuestionStep | undefined =>
  mapQuestions(conversation).get(field)?.step;

import type {Step} from '../../../server/contract/conversation.js';

import {nothing} from 'lit';

import type {ViewContext} from '../view-context.js';
import {assistantView} from './assistant.js';
import {consentView} from './consent.js';
import {emailView} from './email.js';
import {endView} from './end.js';
import {filesView} from './files.js';
import {verifyEmailView} from './verify-email.js';

/** View of each type of step. The panel shows the name itself, because it comes first. */
const STEP_VIEWS: Record<Step['type'], (context: ViewContext) => unknown> = {
  say: () => nothing,
  ask: emailView,
  consent: consentView,
  upload: filesView,
  verify_email: verifyEmailView,
  assistant: assistantView,
  end: endView,
};

export const stepView = (context: ViewContext, {type}: Step) => STEP_VIEWS[type](context);

import type {Step} from '../../../server/contract/conversation.js';

import {isSiteQuestion} from '../../core/flow/step-types.js';
import type {AskedField} from '../../core/flow/step-types.js';
import type {ViewContext} from '../view-context.js';
import {assistantView} from './assistant.js';
import {consentView} from './consent.js';
import {emailView} from './email.js';
import {endView} from './end.js';
import {filesView} from './files.js';
import {nameView} from './name.js';
import {verifyEmailView} from './verify-email.js';

type View = (context: ViewContext) => unknown;

/** View of each type of step that waits for the visitor. */
const STEP_VIEWS: Record<Exclude<Step['type'], 'ask' | 'say'>, View> = {
  consent: consentView,
  upload: filesView,
  verify_email: verifyEmailView,
  assistant: assistantView,
  end: endView,
};

/** View of each field. */
const FIELD_VIEWS: Record<AskedField, View> = {name: nameView, email: emailView};

export const stepView = (context: ViewContext, step: Exclude<Step, {type: 'say'}>) =>
  isSiteQuestion(step)
    ? context.parts.questions?.questionView(context, step)
    : (step.type === 'ask' ? FIELD_VIEWS[step.field] : STEP_VIEWS[step.type])(context);

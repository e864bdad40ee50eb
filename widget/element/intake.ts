/** Code that is loaded once the visitor does something, to keep the first opening small. */
import {createUploads as createQueue} from '../core/uploads/create-uploads.js';
import type {UploadDeps} from '../core/uploads/create-uploads.js';
import {answerStyles} from '../ui/styles/answers.js';
import {fileStyles} from '../ui/styles/files.js';
import {uploadWithProgress} from './upload-with-progress.js';

export {cancelChange} from '../core/commands/change-answer.js';
export {createVerification} from '../core/email/email-verification.js';
export {goOffline, goOnline} from '../core/sync/connection.js';
export {openDialog} from '../ui/dialogs/open-dialog.js';
export {connectPage} from '../ui/page/page-events.js';
export {chimeUnseen} from '../ui/page/chime-unseen.js';
export * from '../ui/panel/intake-views.js';
export {createAnnouncer} from '../ui/steps/progress-announcer.js';
export {checkAttributes} from './check-attributes.js';

export const intakeStyles = [answerStyles, fileStyles];

export const createUploads = (chat: UploadDeps) => createQueue(chat, uploadWithProgress);

/** Are here, because these files use code of this one. */
export const loadMessages = () => import('../ui/messages/messages.js');
export const loadResume = () => import('../ui/steps/resume.js');
export const loadQuestions = () => import('../ui/questions/questions.js');

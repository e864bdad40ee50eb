/**
 * What a visitor needs after the first answers. It is a file of its own to keep the first opening
 * small, and is fetched while the first answer is being typed.
 */
import {answerStyles} from '../ui/styles/answers.js';
import {fileStyles} from '../ui/styles/files.js';

export {checkAttributes} from './check-attributes.js';
export {createVerification} from '../core/email/email-verification.js';
export {openDialog} from '../ui/dialogs/open-dialog.js';
export {applySettings, chimeUnseen} from '../ui/page/visitor-settings.js';
export {connectPage} from '../ui/page/page-events.js';
export {ProgressAnnouncer} from '../ui/steps/progress-announcer.js';
export {consentView} from '../ui/steps/consent.js';
export {emailView} from '../ui/steps/email.js';
export {completeView, refusedView} from '../ui/steps/end.js';
export {dropView, filesView} from '../ui/steps/files.js';
export {
  assistantView,
  openThread,
  sendMessage,
  messageAreaView as talkView,
} from '../core/messages/messaging.js';
export {keepView, marginView} from '../ui/panel/line-details.js';
export {pendingView} from '../ui/steps/verify-email.js';
export {toastView} from '../ui/panel/toast.js';
export {createUploads} from '../core/uploads/create-uploads.js';

export const intakeStyles = [answerStyles, fileStyles];

/**
 * What a visitor needs after the first answers. It is a file of its own to keep the first opening
 * small, and is fetched while the first answer is being typed.
 */
import {answerStyles} from './styles/answers.js';
import {fileStyles} from './styles/files.js';

export {checkAttributes} from './attributes.js';
export {makeConfirmation} from './confirmation.js';
export {openOverlay} from './dialogs/open.js';
export {applySettings, chimeUnseen} from './settings.js';
export {followPage} from './page-events.js';
export {ProgressAnnouncer} from './progress-announcer.js';
export {consentView} from './views/consent.js';
export {emailView} from './views/e-mail.js';
export {completeView, refusedView} from './views/end.js';
export {dropView, filesView} from './views/files.js';
export {assistantView, joinTalk, sendMessage, talkView} from './talking.js';
export {keepView, marginView} from './views/line-margin.js';
export {pendingView} from './views/pending.js';
export {toastView} from './views/toast.js';
export {makeUploads} from './visitor-files.js';

export const laterStyles = [answerStyles, fileStyles];

/**
 * What a visitor sees after the first answers. It is a file of its own to keep the first opening
 * small, and is fetched while the first answer is being typed.
 */
export {checkAttributes} from '../attributes.js';
export {readFileEvent} from '../file-drop.js';
export {laterStyles} from '../later-styles.js';
export {ProgressAnnouncer} from '../progress-announcer.js';
export {consentView} from './consent.js';
export {startOverView} from './dialog.js';
export {completeView, refusedView} from './end.js';
export {filesView} from './files.js';
export {pendingView} from './pending.js';
export {returningView} from './returning.js';
export {toastView} from './toast.js';

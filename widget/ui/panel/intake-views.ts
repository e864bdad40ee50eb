/** Views that are loaded while the visitor types the first answer. */
export {cancelChangeView} from '../steps/cancel-change.js';
export {dropView} from '../steps/files.js';
export {stepView} from '../steps/steps.js';
export {detailsView} from './line-details.js';
export {messageAreaView} from './message-area.js';
export {toastView} from './toast.js';

/** Views that are loaded once the visitor does something. */
export {cancelChangeView} from '../steps/cancel-change.js';
export {dropView} from '../steps/files.js';
export {stepView} from '../steps/steps.js';
export {detailsView} from './line-details.js';
export {toastView} from './toast.js';

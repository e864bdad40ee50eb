/** What covers the conversation for a while. A file of its own: few visitors ever ask for it. */
import type {Chat} from '../../core/chat.js';
import {Menu} from './menu.js';
import {MyData} from '../../core/my-data.js';
import {StartOver} from './start-over.js';
import {dialogStyles} from '../styles/dialogs.js';

export {FileLinks} from './file-links.js';
export {formatTime} from '../../i18n/dialogs/format-time.js';
export {saveFile} from './save-file.js';
export {loadWords} from '../../i18n/dialogs/dialog-texts.js';

const DIALOGS = {menu: Menu, myData: MyData, startOver: StartOver};

export type DialogName = keyof typeof DIALOGS;

export const createDialog = (name: DialogName, chat: Chat) => new DIALOGS[name](chat);

export const styles = [dialogStyles];

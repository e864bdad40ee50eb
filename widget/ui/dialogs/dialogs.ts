/** The dialogs, in a file of their own: few visitors open one. */
import type {Chat} from '../../core/chat.js';
import type {Dialog, DialogController, DialogName} from '../dialog-host.js';
import {dialogStyles} from '../styles/dialogs.js';
import {Menu} from './menu.js';
import {MyDataDialog} from './my-data-dialog.js';
import {StartOver} from './start-over.js';

export {formatTime, loadDialogTexts} from '../../i18n/dialogs/dialog-texts.js';
export {FileLinks} from './file-links.js';
export {saveFile} from './save-file.js';

type DialogClass = new (chat: Chat, controller: DialogController) => Dialog;

const DIALOGS: Record<DialogName, DialogClass> = {
  menu: Menu,
  myData: MyDataDialog,
  startOver: StartOver,
};

export const createDialog = (name: DialogName, chat: Chat, controller: DialogController) =>
  new DIALOGS[name](chat, controller);

export const styles = [dialogStyles];

/** The dialogs, in a file of their own: few visitors open one. */
import type {Chat} from '../../core/chat.js';
import type {Dialog, DialogController, DialogName} from '../dialog-host.js';
import {dialogStyles} from '../styles/dialogs.js';
import {createMenu} from './menu.js';
import {createMyDataDialog} from './my-data-dialog.js';
import {createStartOver} from './start-over.js';

export {loadDialogTexts} from '../../i18n/dialogs/dialog-texts.js';
export {createFileLinks} from './file-links.js';

type CreateDialog = (chat: Chat, controller: DialogController) => Dialog;

export const DIALOGS: Record<DialogName, CreateDialog> = {
  menu: createMenu,
  myData: createMyDataDialog,
  startOver: createStartOver,
};

export const styles = [dialogStyles];

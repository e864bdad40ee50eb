/** The dialogs, in a file of their own: few visitors open one. */
import type {Dialog, DialogDeps, DialogName} from '../dialog-host.js';
import {dialogStyles} from '../styles/dialogs.js';
import {Menu} from './menu.js';
import {MyDataDialog} from './my-data-dialog.js';
import {StartOver} from './start-over.js';

export {formatTime, loadDialogTexts} from '../../i18n/dialogs/dialog-texts.js';
export {FileLinks} from './file-links.js';
export {saveFile} from './save-file.js';

const DIALOGS: Record<DialogName, new (deps: DialogDeps) => Dialog> = {
  menu: Menu,
  myData: MyDataDialog,
  startOver: StartOver,
};

export const createDialog = (name: DialogName, deps: DialogDeps) => new DIALOGS[name](deps);

export const styles = [dialogStyles];

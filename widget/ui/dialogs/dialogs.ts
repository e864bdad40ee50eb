/** What covers the conversation for a while. A file of its own: few visitors ever ask for it. */
import type {Chat} from '../../core/chat.js';
import {Menu} from './menu.js';
import {MyData} from '../../core/my-data.js';
import {StartOver} from './start-over.js';
import {dialogStyles} from '../styles/dialogs.js';

export {FileLinks} from './file-links.js';
export {formatTime} from '../../i18n/dialogs/format-time.js';
export {offer} from './save-file.js';
export {loadWords} from '../../i18n/dialogs/dialog-texts.js';

const OVERLAYS = {menu: Menu, myData: MyData, startOver: StartOver};

export type OverlayName = keyof typeof OVERLAYS;

export const makeOverlay = (name: OverlayName, chat: Chat) => new OVERLAYS[name](chat);

export const styles = [dialogStyles];

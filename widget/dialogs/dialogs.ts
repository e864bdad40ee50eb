/** What covers the conversation for a while. A file of its own: few visitors ever ask for it. */
import type {Chat} from '../chat.js';
import {Menu} from './menu.js';
import {MyData} from './my-data.js';
import {StartOver} from './start-over.js';
import {dialogStyles} from './styles.js';

export {FileLinks} from './file-links.js';
export {formatTime} from './format-time.js';
export {offer} from './offer.js';
export {loadWords} from './words.js';

const OVERLAYS = {menu: Menu, myData: MyData, startOver: StartOver};

export type OverlayName = keyof typeof OVERLAYS;

export const makeOverlay = (name: OverlayName, chat: Chat) => new OVERLAYS[name](chat);

export const styles = [dialogStyles];

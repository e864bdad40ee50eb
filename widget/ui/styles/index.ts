import {controlStyles} from './controls.js';
import {conversationStyles} from './conversation.js';
import {panelStyles} from './panel.js';
import {screenStyles} from './screens.js';

/** What the first opening needs; the rest comes with `later.ts`. */
export const styles = [panelStyles, conversationStyles, controlStyles, screenStyles];

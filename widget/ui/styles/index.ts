import {controlStyles} from './controls.js';
import {conversationStyles} from './conversation.js';
import {panelStyles} from './panel.js';
import {screenStyles} from './screens.js';

/** Style sheets of the first opening. `element/intake.ts` has the others. */
export const styles = [panelStyles, conversationStyles, controlStyles, screenStyles];

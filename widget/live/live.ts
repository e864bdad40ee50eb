/** What a conversation needs once the visitor writes to it. */
export {styles} from './styles.js';
export {Talk} from './talk.js';

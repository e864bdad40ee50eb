/** What a conversation needs once the visitor writes to it. */
export {styles} from '../styles/messages.js';
export {MessageThread} from '../../core/messages/message-thread.js';

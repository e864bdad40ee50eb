import {MariaChat} from './maria-chat.js';

export {MariaChat};
export * from './events.js';

// Two copies on one page are common (a tag manager and the page itself); the first one wins.
if (!customElements.get('maria-chat')) {
  customElements.define('maria-chat', MariaChat);
}

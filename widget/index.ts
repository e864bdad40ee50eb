import {MariaChat} from './element/maria-chat.js';

export {MariaChat};
export * from './events.js';
export type {MariaChatAttributes} from './element/attribute-types.js';
export type {MariaChatGlobal, MariaChatSettings} from './global.js';

declare global {
  interface HTMLElementTagNameMap {
    'maria-chat': MariaChat;
  }
}

// Two copies on one page are common (a tag manager and the page itself); the first one wins.
if (!customElements.get('maria-chat')) {
  customElements.define('maria-chat', MariaChat);
}

import type {ReactiveController} from '@lit/reactive-element';

import type {Chat} from '../core/chat.js';
import type {Interceptor} from '../core/transport/api-client.js';
import type {Language} from '../i18n/languages.js';

/** Functions for a browser that is online again, or offline. */
interface Connection {
  goOnline(chat: Chat): void;
  goOffline(chat: Chat): void;
}

/** Functions and state that the debug panel needs from the element. */
export interface DebugHost {
  readonly debug: string | null;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly isNarrow: MediaQueryList;
  readonly isOpen: boolean;
  readonly unreadCount: number;
  readonly site: string;
  readonly api: string;
  readonly controller: {
    readonly chat: Chat | null;
    readonly language: Language | null;
    interceptor?: Interceptor;
    readonly parts: {readonly intake: Connection | null};
    onLoadError(error: unknown): void;
  };
  reset(): Promise<void>;
  addController(controller: ReactiveController): void;
}

import type {ReactiveController} from 'lit';

import type {Chat} from '../core/chat.js';
import type {Interceptor} from '../core/transport/api-client.js';
import type {Language} from '../i18n/languages.js';

/** What the debug panel asks of the element. */
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
    setInterceptor(interceptor: Interceptor): void;
    /** The browser is online again, or offline. */
    onConnection(isOnline: boolean): void;
    onLoadError(error: unknown): void;
  };
  reset(): Promise<void>;
  addController(controller: ReactiveController): void;
}

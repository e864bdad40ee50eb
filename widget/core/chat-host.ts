import type {Language} from '../i18n/languages.js';
import type {Interceptor} from './transport/api-client.js';

/** Settings of the page, read whenever they are needed. */
export interface ChatSettings {
  readonly greeting: string | null;
  readonly privacyUrl: string | null;
  readonly maxFiles: number | null;
  /** In bytes. */
  readonly maxFileSize: number | null;
}

/** Functions and state that the core needs from the element. */
export interface ChatHost {
  readonly settings: ChatSettings;
  /** Values that the page knows already. */
  readonly prefilled: {name?: string; email?: string};
  readonly languages: {
    /** Null until the first language file has been loaded. */
    readonly current: Language | null;
    /** Tag of the language, known before its texts. */
    readonly wanted: string;
  };
  /** Time for which Maria types before she speaks, in ms. */
  readonly typingMs: number;
  /** True while the panel is open on a visible page. */
  readonly isAttended: boolean;
  readonly interceptor?: Interceptor | undefined;
  /** State has changed, and the panel has to be rendered. */
  onChange(): void;
  /** Dispatches an event to the page. Returns false if the page has prevented the default action. */
  emit(event: Event): boolean;
  /** `isAudible` is false in tabs that are not to chime. */
  onMariaSpoke(isAudible?: boolean): void;
  /** The conversation waits at another step, or at the doors. */
  onStep(): void;
  /** The visitor has agreed to storing, and a question that waits can be sent. */
  onMayWrite(): void;
  /** The conversation is cleared: dialogs close. `hasEnded`: its session has ended, or another tab has replaced it. */
  onReset(hasEnded?: boolean): void;
  /** The backend has changed the session for this tab; other tabs are out of date. */
  onBackendChange(): void;
  onLoadError: (error: unknown) => undefined;
}

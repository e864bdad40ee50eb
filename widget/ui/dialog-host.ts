import type {Chat} from '../core/chat.js';
import type {Language} from '../i18n/languages.js';

export type DialogName = 'menu' | 'myData' | 'startOver';
export type ExportKind = 'saveTranscript' | 'printConversation';

/** Covers the conversation until it is closed. */
export interface Dialog {
  /** Called when the dialog opens. */
  load?(): Promise<void>;
  /** Leaves something within the dialog. Returns false if there is nothing to leave. */
  stepBack?(): boolean;
  view(language: Language): unknown;
}

/** What views do with dialogs. Their code is loaded when it is needed. */
export interface DialogControls {
  open(name: DialogName): Promise<void>;
  close(): void;
  /** Closes the dialog, and saves or prints. `path` is that of the event that asks for it. */
  exportConversation(kind: ExportKind, path?: EventTarget[]): Promise<void>;
}

export interface DialogDeps {
  chat: Chat;
  dialogs: DialogControls;
  /** The visitor has changed a setting that this browser keeps. */
  onSettings(): void;
}

/** Has the open dialog, and fires `change` whenever one opens or closes. */
export class DialogHost extends EventTarget {
  private dialog: Dialog | null = null;

  get current() {
    return this.dialog;
  }

  show(dialog: Dialog) {
    this.set(dialog);
    void dialog.load?.();
  }

  close() {
    this.set(null);
  }

  /** Leaves something within the dialog, or closes it. Returns false if none is open. */
  stepBack() {
    if (!this.dialog) return false;
    if (!this.dialog.stepBack?.()) this.close();
    return true;
  }

  private set(dialog: Dialog | null) {
    this.dialog = dialog;
    this.dispatchEvent(new Event('change'));
  }
}

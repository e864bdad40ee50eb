import type {Chat} from '../core/chat.js';
import type {Language} from '../i18n/languages.js';

export type DialogName = 'menu' | 'myData' | 'startOver';

/** Covers the conversation until it is closed. */
export interface Dialog {
  /** Called when the dialog opens. */
  load?(): Promise<void>;
  /** Leaves something within the dialog. Returns false if there is nothing to leave. */
  stepBack?(): boolean;
  view(language: Language): unknown;
}

/** Functions that dialogs need from the element's controller. */
export interface DialogController {
  readonly dialogs: Readonly<DialogHost>;
  /** Applies a setting that the visitor has changed. */
  applySettings(): void;
  adopt(sheets: CSSStyleSheet[]): void;
}

/** Loads the code of the dialogs. */
interface DialogLoader {
  openDialog: (chat: Chat, controller: DialogController, name: DialogName) => Promise<void>;
}

interface DialogHostDeps extends DialogController {
  readonly chat: Chat | null;
  readonly parts: {loadIntake(): Promise<DialogLoader>};
  onChange(): void;
}

/** Has the open dialog, and fires `change` whenever one opens or closes. */
export class DialogHost extends EventTarget {
  current: Dialog | null = null;

  constructor(private readonly controller: DialogHostDeps) {
    super();
  }

  /** Opens a dialog, whose code is loaded when it is needed. */
  async open(name: DialogName) {
    const {controller} = this;
    const chat = controller.chat!;
    try {
      const {openDialog} = await controller.parts.loadIntake();
      await openDialog(chat, controller, name);
    } catch (error) {
      chat.host.onLoadError(error);
      chat.status.showMissing(true);
    }
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
    if (!this.current) return false;
    if (!this.current.stepBack?.()) this.close();
    return true;
  }

  private set(dialog: Dialog | null) {
    this.current = dialog;
    this.dispatchEvent(new Event('change'));
    this.controller.onChange();
  }
}

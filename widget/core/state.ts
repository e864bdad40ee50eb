import type {Step} from '../../server/contract/conversation.js';
import type {Session} from '../../server/contract/sessions.js';

import type {TextKey} from '../i18n/languages.js';

export interface Notice {
  key: TextKey;
  kind: 'info' | 'error';
  /** The conversation has stopped, and the notice has a button that starts it again. */
  isRetryable?: boolean;
}

/** The visitor does something else than the next step. */
export interface Intent {
  /** The visitor wants to write a message. */
  isWriting: boolean;
  /** The consent is asked for because a question is to be sent, outside the order of the steps. */
  isAsking: boolean;
  /** Name and e-mail address are asked for before the other steps. */
  isLeavingEmail: boolean;
}

/** State of one conversation. Lists are in the objects that own them: lines, files, messages. */
export interface ChatState extends Intent {
  /**
   * `resuming`: a visitor has returned, and is asked whether to continue. `doors`: the visitor starts
   * the steps or asks a question.
   */
  phase: 'starting' | 'resuming' | 'doors' | 'step';
  /** The step that waits for the visitor. Null at the doors, and while Maria types. */
  step: Step | null;
  /** The answered step that the visitor has gone back to. */
  reopenedStep: Step | null;
  sessionState: Session['state'];
  /** The name that the backend has stored. */
  visitorName: string | null;
  /** True if a complete session was found in this browser. */
  isRecognised: boolean;
  /** True while the visitor waits for a call: fields and buttons are locked. */
  isSubmitting: boolean;
  notice: Notice | null;
  connection: 'offline' | 'busy' | 'slow' | null;
  fieldError: TextKey | null;
  toast: TextKey | null;
}

const INITIAL: ChatState = {
  phase: 'starting',
  step: null,
  reopenedStep: null,
  sessionState: 'visit',
  visitorName: null,
  isRecognised: false,
  isSubmitting: false,
  isWriting: false,
  isAsking: false,
  isLeavingEmail: false,
  notice: null,
  connection: null,
  fieldError: null,
  toast: null,
};

/**
 * Holds the state, and reports each change. Only the parts of a conversation get the store. Each
 * field has one writer: `Flow` writes `phase`, `step` and `reopenedStep`. `Status` writes `notice`,
 * `connection`, `fieldError` and `toast`. `Chat` writes `isSubmitting`, `isWriting`, `isAsking` and
 * `isLeavingEmail`. `resume.ts` writes `isRecognised`. `Lifecycle` writes `sessionState` and
 * `visitorName`. Only `reset` writes fields of others. A test checks it.
 */
export class Store {
  readonly state: Readonly<ChatState> = {...INITIAL};

  constructor(private readonly onChange: () => void) {}

  patch(change: Partial<ChatState>) {
    Object.assign(this.state, change);
    this.onChange();
  }

  /** Begins the state of another conversation. Notice and connection outlast it. */
  reset() {
    const {notice, connection} = this.state;
    this.patch({...INITIAL, notice, connection});
  }
}

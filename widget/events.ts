import type {WidgetEvent} from '../server/contract/event-names.js';

/** Events that the element dispatches. None has a name, an e-mail address or a file name. */
class MariaEvent extends Event {
  constructor(type: WidgetEvent, cancelable = false) {
    super(type, {bubbles: true, composed: true, cancelable});
  }
}

/** The launcher is on the page, and the methods can be called. */
export class MariaReadyEvent extends MariaEvent {
  constructor() {
    super('maria-ready');
  }
}

/** Asks whether the panel may open; `preventDefault()` keeps it closed. */
export class MariaBeforeOpenEvent extends MariaEvent {
  constructor() {
    super('maria-before-open', true);
  }
}

export class MariaOpenEvent extends MariaEvent {
  constructor() {
    super('maria-open');
  }
}

export class MariaCloseEvent extends MariaEvent {
  constructor() {
    super('maria-close');
  }
}

/** The conversation waits at a step. */
export class MariaStepEvent extends MariaEvent {
  constructor(
    readonly step: string,
    readonly index: number | null,
    readonly total: number | null,
  ) {
    super('maria-step');
  }
}

/** A decision was recorded by the backend. */
export class MariaConsentEvent extends MariaEvent {
  constructor(
    // The contract's own type would make every page's compiler read its schemas.
    readonly purpose: 'personal_data' | 'ai_training' | 'ai_answers',
    readonly granted: boolean,
  ) {
    super('maria-consent');
  }
}

/** Asks whether a file may be added; `preventDefault()` leaves it out. */
export class MariaFileAcceptEvent extends MariaEvent {
  constructor(
    readonly size: number,
    readonly contentType: string,
  ) {
    super('maria-file-accept', true);
  }
}

export class MariaFileUploadedEvent extends MariaEvent {
  constructor(
    readonly fileId: string,
    readonly size: number,
  ) {
    super('maria-file-uploaded');
  }
}

export class MariaFileDeletedEvent extends MariaEvent {
  constructor(readonly fileId: string) {
    super('maria-file-deleted');
  }
}

/** The e-mail address was submitted, and the session waits for its confirmation. */
export class MariaSubmittedEvent extends MariaEvent {
  constructor(readonly reference: string) {
    super('maria-submitted');
  }
}

export class MariaCompleteEvent extends MariaEvent {
  constructor(readonly reference: string) {
    super('maria-complete');
  }
}

/** The session of this browser has ended: by the visitor, by its age, or by the backend. */
export class MariaResetEvent extends MariaEvent {
  constructor(readonly reason: 'visitor' | 'refused' | 'gone' | 'reset' | 'page') {
    super('maria-reset');
  }
}

/** A message was written. The event does not contain its text. */
export class MariaMessageEvent extends MariaEvent {
  constructor(
    readonly messageId: number,
    readonly role: 'visitor' | 'maria' | 'agent' | 'system',
  ) {
    super('maria-message');
  }
}

/** Maria has said something while the panel was closed, or the visitor has seen it since. */
export class MariaUnreadEvent extends MariaEvent {
  constructor(readonly count: number) {
    super('maria-unread');
  }
}

export class MariaOfflineEvent extends MariaEvent {
  constructor(readonly isOffline: boolean) {
    super('maria-offline');
  }
}

export class MariaErrorEvent extends MariaEvent {
  constructor(readonly code: string) {
    super('maria-error');
  }
}

// They bubble and cross shadow roots, so they reach document and window as well.
declare global {
  interface GlobalEventHandlersEventMap {
    'maria-ready': MariaReadyEvent;
    'maria-before-open': MariaBeforeOpenEvent;
    'maria-open': MariaOpenEvent;
    'maria-close': MariaCloseEvent;
    'maria-step': MariaStepEvent;
    'maria-consent': MariaConsentEvent;
    'maria-file-accept': MariaFileAcceptEvent;
    'maria-file-uploaded': MariaFileUploadedEvent;
    'maria-file-deleted': MariaFileDeletedEvent;
    'maria-submitted': MariaSubmittedEvent;
    'maria-complete': MariaCompleteEvent;
    'maria-reset': MariaResetEvent;
    'maria-message': MariaMessageEvent;
    'maria-unread': MariaUnreadEvent;
    'maria-offline': MariaOfflineEvent;
    'maria-error': MariaErrorEvent;
  }
}

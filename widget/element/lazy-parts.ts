import type {CSSResult} from 'lit';

import type * as intake from './intake.js';

type Intake = typeof intake;
type Resume = typeof import('../ui/steps/resume.js');
type Messages = typeof import('../ui/messages/messages.js');

export interface LazyPartsHost {
  adopt(sheets: CSSResult[]): void;
  onLoadError(error: unknown): void;
  onLoaded(): void;
}

/** Loads the parts of the chat that have their own files. A part that failed is loaded again later. */
export class LazyParts {
  private intakeParts: Intake | null = null;
  private resumeParts: Resume | null = null;
  private messageParts: Messages | null = null;
  private loading: Promise<Intake> | null = null;

  constructor(private readonly host: LazyPartsHost) {}

  /** Null until it has been loaded, as are the next two. */
  get intake() {
    return this.intakeParts;
  }

  get resume() {
    return this.resumeParts;
  }

  get messages() {
    return this.messageParts;
  }

  /** Rejects if the file cannot be loaded, as do the next two. */
  loadIntake() {
    this.loading ??= this.fetchIntake().catch((error: unknown) => {
      this.loading = null;
      this.host.onLoadError(error);
      throw error;
    });
    return this.loading;
  }

  async loadResume() {
    return (this.resumeParts ??= await import('../ui/steps/resume.js'));
  }

  async loadMessages() {
    const messages = (this.messageParts ??= await (await this.loadIntake()).loadMessages());
    this.host.adopt([messages.styles]);
    return messages;
  }

  private async fetchIntake() {
    const parts = await import('./intake.js');
    this.host.adopt(parts.intakeStyles);
    this.intakeParts = parts;
    this.host.onLoaded();
    return parts;
  }
}

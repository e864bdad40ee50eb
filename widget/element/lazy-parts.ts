import type {Loaders} from '../core/loaders.js';
import type * as messages from '../ui/messages/messages.js';
import type * as questions from '../ui/questions/questions.js';
import type * as resume from '../ui/steps/resume.js';
import type * as intake from './intake.js';

type Intake = typeof intake;
type Resume = typeof resume;
type Messages = typeof messages;
type Questions = typeof questions;

export interface LazyPartsHost {
  adopt(sheets: CSSStyleSheet[]): void;
  onIntake(): void;
}

/** Loads the parts of the chat that have their own files. A part that failed is loaded again later. */
export class LazyParts implements Loaders {
  /** Null until it has been loaded, as are the next three. */
  intake: Intake | null = null;
  resume: Resume | null = null;
  messages: Messages | null = null;
  questions: Questions | null = null;
  private loading: Promise<Intake> | null = null;

  constructor(private readonly host: LazyPartsHost) {}

  /** Rejects if the file cannot be loaded, as do the next three. */
  loadIntake() {
    this.loading ??= this.fetchIntake().catch((error: unknown) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  async loadResume() {
    return (this.resume ??= await (await this.loadIntake()).loadResume());
  }

  async loadMessages() {
    const messages = (this.messages ??= await (await this.loadIntake()).loadMessages());
    this.host.adopt([messages.styles]);
    return messages;
  }

  async loadQuestions() {
    const questions = (this.questions ??= await (await this.loadIntake()).loadQuestions());
    this.host.adopt(questions.styles);
    return questions;
  }

  private async fetchIntake() {
    const intake = (this.intake = await import('./intake.js'));
    this.host.adopt(intake.intakeStyles);
    this.host.onIntake();
    return intake;
  }
}

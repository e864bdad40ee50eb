import type {EmailVerification, VerificationDeps} from './email/email-verification.js';
import type {QuestionDeps, Questions} from './questions/questions.js';
import type * as resume from './resume.js';
import type {UploadDeps} from './uploads/create-uploads.js';
import type {Uploads} from './uploads/uploads.js';

/** Parts that are loaded once the visitor does something. */
export interface IntakeParts {
  createUploads: (chat: UploadDeps) => Uploads;
  createVerification: (chat: VerificationDeps) => EmailVerification;
}

/** Part that is loaded if the conversation has questions of the site. */
export interface QuestionParts {
  createQuestions: (chat: QuestionDeps) => Questions;
}

/** Part that is loaded for visitors who return, or have several tabs. */
export type ResumeParts = Pick<
  typeof resume,
  'mergeFiles' | 'replayAnswers' | 'resumeConversation'
>;

/** Load the parts of the core that have their own files. Each rejects if its file cannot be loaded. */
export interface Loaders {
  loadIntake(): Promise<IntakeParts>;
  loadResume(): Promise<ResumeParts>;
  loadQuestions(): Promise<QuestionParts>;
}

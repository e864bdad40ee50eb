import {MAX_ANSWERS} from './contract/answer-limits.js';
import {ERROR_CODES, getErrorStatus} from './contract/error-codes.js';
import type {ErrorCode} from './contract/error-codes.js';
import type {EndReason, Erasure, ErrorBody, WrongAnswer} from './contract/common.js';

export interface ValidationError {
  path: string;
  message: string;
}

export interface ErrorDetails {
  faults?: ValidationError[];
  /** Answers that are not valid. */
  answers?: WrongAnswer[];
  /** End of the lead that was erased. */
  erasure?: Erasure;
  /** Why the session of an account has ended. */
  reason?: EndReason;
  /** Seconds, for the `Retry-After` header. */
  retryAfter?: number;
  cause?: unknown;
}

/** Maximum number of validation errors in a response. */
export const MAX_FAULTS = 20;
const MAX_PATH_LENGTH = 200;
const MAX_FAULT_LENGTH = 300;
const MAX_MESSAGE_LENGTH = 2_000;

/** Error that a response can report. Its message is for the page's developer, not for visitors. */
export class MariaError extends Error {
  readonly statusCode: number;
  readonly faults: ValidationError[] | undefined;
  readonly answers: WrongAnswer[] | undefined;
  readonly erasure: Erasure | undefined;
  readonly reason: EndReason | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    {faults, answers, erasure, reason, retryAfter, cause}: ErrorDetails = {},
  ) {
    super(message, {cause});
    this.name = new.target.name;
    this.statusCode = ERROR_CODES[code];
    this.faults = faults;
    this.answers = answers;
    this.erasure = erasure;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Returns the response body, whose size is limited, whatever the request was. */
  toBody(requestId: string): ErrorBody {
    const {faults = []} = this;
    const others = faults.length - MAX_FAULTS;
    return {
      status: getErrorStatus(this.code),
      code: this.code,
      message: cut(this.message, MAX_MESSAGE_LENGTH),
      request_id: requestId,
      ...(this.faults && {faults: faults.slice(0, MAX_FAULTS).map(shortenError)}),
      ...(others > 0 && {more_faults: others}),
      ...(this.answers && {answers: this.answers.slice(0, MAX_ANSWERS)}),
      ...(this.erasure && {erasure: this.erasure}),
      ...(this.reason && {reason: this.reason}),
    };
  }
}

const shortenError = ({path, message}: ValidationError): ValidationError => ({
  path: cut(path, MAX_PATH_LENGTH),
  message: cut(message, MAX_FAULT_LENGTH),
});

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const createErrorClass = (code: ErrorCode, standard: string) =>
  class extends MariaError {
    constructor(message = standard, details?: ErrorDetails) {
      super(code, message, details);
    }
  };

export class InvalidRequest extends createErrorClass(
  'invalid_request',
  'The request does not have the expected form. See /api/openapi.json.',
) {}
export class InvalidUuid extends createErrorClass(
  'invalid_uuid',
  'Expected a version-4 UUID. Request one with POST /api/session/generate-uuid.',
) {}
export class EmptyFile extends createErrorClass(
  'empty_file',
  'Expected a PDF, got a file of 0 bytes. Send the file’s content.',
) {}
export class NoFile extends createErrorClass(
  'no_file',
  'Expected a multipart part named "file", got none. Add it, after the optional "size" field.',
) {}
export class SizeMismatch extends createErrorClass(
  'size_mismatch',
  'The size of the file differs from the field "size". Send the correct size, or no "size".',
) {}
export class TokenRequired extends createErrorClass(
  'token_required',
  'Expected the headers Authorization: Bearer <visitor token> and X-Session-UUID. Send both.',
) {}
export class TokenInvalid extends createErrorClass(
  'token_invalid',
  'The visitor token does not belong to this UUID. Send the token that was issued with it.',
) {}
export class SignInRequired extends createErrorClass(
  'sign_in_required',
  'The call has no open session of an account. Expected its cookie. Sign in to the console.',
) {}
export class ConsentRequired extends createErrorClass(
  'consent_required',
  'Consent to store personal data is required first. Record it with PUT /api/session/consents.',
) {}
export class OriginNotAllowed extends createErrorClass(
  'origin_not_allowed',
  'The site does not allow the origin of this page. Run: maria site set KEY --add-origin ORIGIN',
) {
  constructor(
    message: string,
    readonly siteKey: string,
  ) {
    super(message);
  }
}
export class CrossSite extends createErrorClass(
  'cross_site',
  'The call does not come from the console. Expected Sec-Fetch-Site: same-origin, or Origin with the origin of CONSOLE_URL. Call from the console.',
) {}
export class RoleRequired extends createErrorClass(
  'role_required',
  'The role of the account at this site does not allow the call. Ask an owner of the site for another role.',
) {}
export class NotFound extends createErrorClass(
  'not_found',
  'There is nothing at this URL. Check the path.',
) {}
export class UnknownSite extends createErrorClass(
  'unknown_site',
  'There is no site with this key. Check data-site.',
) {}
export class MethodNotAllowed extends createErrorClass(
  'method_not_allowed',
  'This URL does not support the method. Use one that the Allow header lists.',
) {}
export class TooSlow extends createErrorClass(
  'too_slow',
  'The body arrived too slowly. Retry on a faster connection.',
) {}
export class UuidCollision extends createErrorClass(
  'uuid_collision',
  'This UUID is in use and the token for it is missing or wrong. Start with a new UUID.',
) {}
export class TooManyFiles extends createErrorClass(
  'too_many_files',
  'The session has reached its maximum number of files. Delete one first.',
) {}
export class TooManyMessages extends createErrorClass(
  'too_many_messages',
  'The session has reached its maximum number of messages. Start with a new UUID.',
) {}
export class TooManyConsents extends createErrorClass(
  'too_many_consents',
  'The session has reached its maximum number of decisions. A consent can still be withdrawn.',
) {}
export class TooManyPeople extends createErrorClass(
  'too_many_people',
  'The site has the most people that it can have. Remove one of them, or withdraw an invitation.',
) {}
export class AlreadyMember extends createErrorClass(
  'already_member',
  'This person is a member of the site, so nothing was changed. Expected an e-mail address of another person. To change the role, use PATCH.',
) {}
export class InProgress extends createErrorClass(
  'in_progress',
  'An upload with this Idempotency-Key is still in progress. Try again in a few seconds.',
) {}
export class SelectionChanged extends createErrorClass(
  'selection_changed',
  'The filter no longer selects the expected number of leads, so nothing was changed. Read the list again.',
) {}
export class LastOwner extends createErrorClass(
  'last_owner',
  'The site would have no owner, so nothing was changed. Make another account an owner first.',
) {}
export class SessionGone extends createErrorClass(
  'session_gone',
  'This session has ended and its data is deleted. Start with a new UUID.',
) {}
export class TurnClosed extends createErrorClass(
  'answer_over',
  'This turn no longer accepts a reply: it was completed, stopped or timed out. Send nothing.',
) {}
export class LinkOver extends createErrorClass(
  'link_over',
  'This link does not work: it was used, has expired, was cancelled, or is incomplete. Request a new one.',
) {}
export class Erased extends createErrorClass(
  'erased',
  'This lead was erased, and its data no longer exists. Remove it from the list.',
) {}
export class BodyTooLarge extends createErrorClass(
  'body_too_large',
  'The body is too large. Send a smaller one.',
) {}
export class FileTooLarge extends createErrorClass(
  'file_too_large',
  'The file is too large. Send a smaller PDF.',
) {}
export class NotAPdf extends createErrorClass(
  'not_a_pdf',
  'Expected a PDF: "%PDF-" within the first 1,024 bytes. Convert the document to PDF.',
) {}
export class UnsupportedMediaType extends createErrorClass(
  'unsupported_media_type',
  'Unsupported Content-Type. See /api/openapi.json for the expected one.',
) {}
export class RangeNotSatisfiable extends createErrorClass(
  'range_not_satisfiable',
  'The Range header names bytes beyond the end of the file. Request the file without it.',
) {}
export class InvalidEmail extends createErrorClass(
  'invalid_email',
  'Expected one plain e-mail address such as anna@example.com. Correct it.',
) {}
export class InvalidName extends createErrorClass(
  'invalid_name',
  'The name is not valid. Expected 1 to 100 characters, with a letter or digit. Correct it.',
) {}
export class InvalidAnswer extends createErrorClass(
  'invalid_answer',
  'An answer is not valid, and nothing was stored. Expected what "answers" states for its field. Correct it.',
) {}
export class FileInfected extends createErrorClass(
  'file_infected',
  'The virus scanner refused this file. Nothing was stored. Send another file.',
) {}
export class ActiveContent extends createErrorClass(
  'active_content',
  'This site accepts no PDF with scripts, launch actions or embedded files. Send a plain PDF.',
) {}
export class IdempotencyKeyReused extends createErrorClass(
  'idempotency_key_reused',
  'This Idempotency-Key belongs to a file with other bytes. Use a new key for each file.',
) {}
export class UpgradeRequired extends createErrorClass(
  'upgrade_required',
  'This URL expects a WebSocket, but no upgrade arrived. Check that the proxy passes it on, or use GET /api/events for the same events over plain HTTP.',
) {}
export class RateLimited extends createErrorClass(
  'rate_limited',
  'Too many requests. Wait as long as the Retry-After header says.',
) {
  /** Returns the error for an exceeded limit, which permits the next request after the wait. */
  static after(waitMs: number, reason: string): RateLimited {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    return new RateLimited(`${reason} Wait ${seconds} s.`, {retryAfter: seconds});
  }
}
export class HeadersTooLarge extends createErrorClass(
  'headers_too_large',
  'The request has more than 32 KiB of headers. Send fewer or smaller cookies.',
) {}
export class Internal extends createErrorClass(
  'internal',
  'The server failed. The operator finds the cause in the log under the request_id.',
) {}
export class UuidGenerationFailed extends createErrorClass(
  'uuid_generation_failed',
  'Failed to generate a unique UUID after multiple attempts',
) {}
export class Unavailable extends createErrorClass(
  'unavailable',
  'A service does not respond. The request may or may not have been executed. Try again shortly.',
) {}
export class Busy extends createErrorClass(
  'busy',
  'Too many concurrent requests of this kind. Nothing was stored; try again shortly.',
) {}
export class ScanUnavailable extends createErrorClass(
  'scan_unavailable',
  'The virus scanner does not respond. Nothing was stored; try again shortly.',
) {}

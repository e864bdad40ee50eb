import type {ErrorCode} from './error-codes.js';

interface ErrorHelp {
  meaning: string;
  /** Instruction for the developer of a client or for the operator. */
  remedy: string;
}

/** Texts of the error table in API.md. The widget does not import them, because they are long. */
export const ERROR_HELP: Record<ErrorCode, ErrorHelp> = {
  invalid_request: {
    meaning: 'The request does not match its schema.',
    remedy:
      'Correct the paths in `faults`. It lists at most 20; `more_faults` counts the remaining ones.',
  },
  invalid_uuid: {
    meaning: 'The value is not a version-4 UUID.',
    remedy: 'Get a UUID from `POST /api/session/generate-uuid`.',
  },
  empty_file: {meaning: 'The file has 0 bytes.', remedy: 'Send the content of the file.'},
  no_file: {
    meaning: 'The form has no part named `file`.',
    remedy: 'Add the part after the optional field `size`.',
  },
  size_mismatch: {
    meaning: 'The file is not as long as the field `size` says.',
    remedy: 'Send the correct size, or no `size`.',
  },
  token_required: {
    meaning: 'The visitor token or the session UUID is missing.',
    remedy: 'Send the headers `Authorization` and `X-Session-UUID`.',
  },
  token_invalid: {
    meaning: 'The visitor token belongs to another UUID or to another site.',
    remedy: 'Send the token that was issued with the UUID.',
  },
  sign_in_required: {
    meaning: 'The call needs an account, and no session of an account is open.',
    remedy: 'Sign in to the console.',
  },
  consent_required: {
    meaning: 'No consent to storing personal data is recorded.',
    remedy: 'Record it with `PUT /api/session/consents` first.',
  },
  origin_not_allowed: {
    meaning: 'The origin of the page is not in the list of the site.',
    remedy: 'Run `maria site set KEY --add-origin ORIGIN`.',
  },
  cross_site: {
    meaning: 'The call comes from a page that is not the console.',
    remedy: 'Call from the console. Programs send `Origin` with the origin of `CONSOLE_URL`.',
  },
  role_required: {
    meaning: 'The role of the account at this site does not allow the call.',
    remedy: 'Ask an owner of the site for another role.',
  },
  not_found: {
    meaning: 'There is nothing at this URL, or it belongs to another session.',
    remedy: 'Check the path and the id.',
  },
  unknown_site: {
    meaning: 'There is no site with this key.',
    remedy: 'Check the attribute `site`. `maria site list` lists all keys.',
  },
  method_not_allowed: {
    meaning: 'The URL does not support this method.',
    remedy: 'Use a method that the `Allow` header lists.',
  },
  too_slow: {
    meaning: 'The request body arrived below 8 KiB/s, or took too long.',
    remedy: 'Send it again over a faster connection.',
  },
  uuid_collision: {
    meaning: 'The UUID is in use, and its token is missing or wrong.',
    remedy: 'Start with a new UUID.',
  },
  too_many_files: {
    meaning: 'The session has its maximum number of files.',
    remedy: 'Delete a file first.',
  },
  too_many_messages: {
    meaning: 'The session has its maximum number of messages.',
    remedy: 'Start with a new UUID.',
  },
  too_many_people: {
    meaning: 'The site has 100 people, with open invitations.',
    remedy: 'Remove a person or withdraw an invitation first.',
  },
  already_member: {
    meaning: 'The person is a member of the site. Nothing was changed or sent.',
    remedy: 'To change the role, call `PATCH /api/owner/sites/{key}/people/{account}`.',
  },
  too_many_consents: {
    meaning: 'The session has its maximum number of recorded decisions.',
    remedy: 'Start with a new UUID. A consent can still be withdrawn.',
  },
  in_progress: {
    meaning: 'An upload with this `Idempotency-Key` is in progress.',
    remedy: 'Send it again after the time in `Retry-After`.',
  },
  selection_changed: {
    meaning: 'The filter no longer selects as many leads as `expect` says. Nothing was changed.',
    remedy: 'Read the list again, and repeat the call with the new number.',
  },
  last_owner: {
    meaning: 'The site would have no owner. Nothing was changed.',
    remedy: 'Make another account an owner of the site first.',
  },
  session_gone: {
    meaning: 'The session has ended, and its data is deleted.',
    remedy: 'Start with a new UUID.',
  },
  answer_over: {
    meaning: 'The turn of a responder no longer accepts a reply.',
    remedy: 'Call back before `expires_at`, and do not call again after `done: true`.',
  },
  link_over: {
    meaning: 'The link was used, has expired, was cancelled, or is incomplete.',
    remedy: 'Request a new link on the sign-in page.',
  },
  erased: {
    meaning: 'The lead was erased.',
    remedy: 'Remove the lead from your list. Its data no longer exists.',
  },
  body_too_large: {
    meaning: 'The request body is larger than its limit: 64 KiB for JSON, 128 KiB with answers.',
    remedy: 'Send a smaller body.',
  },
  file_too_large: {
    meaning: 'The file is larger than the limit of the site.',
    remedy: 'Send a smaller PDF.',
  },
  not_a_pdf: {
    meaning: 'The first 1,024 bytes do not contain `%PDF-`.',
    remedy: 'Convert the document to PDF.',
  },
  unsupported_media_type: {
    meaning: 'The server does not accept this `Content-Type`, `Content-Encoding` or charset.',
    remedy: 'Send JSON in UTF-8, or `multipart/form-data` for files.',
  },
  range_not_satisfiable: {
    meaning: 'The `Range` is beyond the end of the file.',
    remedy: 'Request the file without `Range`.',
  },
  invalid_email: {
    meaning: 'The value is not one plain e-mail address.',
    remedy: 'Send an e-mail address such as `anna@example.com`.',
  },
  invalid_name: {
    meaning: 'The value is not a readable name of at most 100 characters.',
    remedy: 'Send a shorter name, or a name with letters.',
  },
  invalid_answer: {
    meaning: 'An answer to a question of the site is not valid. Nothing was stored.',
    remedy: 'Correct the fields in `answers`. `expected` of each field has a code and its limits.',
  },
  file_infected: {
    meaning: 'The virus scanner refused the file. Nothing was stored.',
    remedy: 'Send another file.',
  },
  active_content: {
    meaning: 'The site accepts no PDF with scripts, launch actions or embedded files.',
    remedy: 'Send a plain PDF. Printing the document to a new PDF usually helps.',
  },
  idempotency_key_reused: {
    meaning: 'The `Idempotency-Key` belongs to a file with other bytes.',
    remedy: 'Use a new key for each file.',
  },
  upgrade_required: {
    meaning: 'The URL expects a WebSocket, and the request had no upgrade.',
    remedy: 'Make the proxy pass on upgrades, or use `GET /api/events`.',
  },
  rate_limited: {
    meaning: 'The client network has sent too many requests.',
    remedy: 'Send the request again after the time in `Retry-After`.',
  },
  headers_too_large: {
    meaning: 'The request has more than 32 KiB of headers.',
    remedy: 'Send fewer or smaller cookies.',
  },
  internal: {
    meaning: 'The server failed.',
    remedy: 'Search the log of the server for the `request_id`.',
  },
  uuid_generation_failed: {
    meaning: 'The server found no unused UUID in three attempts.',
    remedy: 'Send the request again. If it fails again, check the database.',
  },
  unavailable: {
    meaning:
      'The database, the storage or another service does not respond, or two requests were in conflict.',
    remedy: 'Send the request again after the time in `Retry-After`. `/readyz` names the service.',
  },
  busy: {
    meaning: 'Too many uploads, streams or exports are in progress.',
    remedy: 'Send the request again after the time in `Retry-After`.',
  },
  scan_unavailable: {
    meaning: 'The virus scanner does not respond. Nothing was stored.',
    remedy: 'Send the file again. Check that the ClamAV daemon runs.',
  },
};

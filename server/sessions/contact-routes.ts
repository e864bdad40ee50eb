import {clientRateLimitKey} from '../http/client-address.js';
import {recordAudit} from '../audit/store.js';
import {
  ContactResponse,
  SubmitContact,
  RectifySession,
  ResendResponse,
  Session,
} from '../contract/sessions.js';
import type {Queryable} from '../database/sql.js';
import {ConsentRequired, NotFound} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {Access, Caller} from '../visits/access.js';
import {recordVisitorAnswers} from './answers.js';
import {recordConsents, withdrawsStorageConsent} from './consents.js';
import {
  changeEmail,
  changeName,
  submitContact,
  readContact,
  readEmail,
  readName,
} from './contact.js';
import type {ContactDeps} from './contact.js';
import {describeSession} from './describe.js';
import {maskEmail} from '../text/email.js';
import {revokeStorageConsent} from './end.js';
import {findSession} from '../visits/store.js';
import {resendConfirmation} from './resend.js';
import {findDelayedEmail} from './verification-store.js';

export interface ContactRouteDeps extends ContactDeps {
  access: Access;
  /** Triggers the reaper after the end of a session. */
  onEnded: () => void;
  /** Triggers the mail sender. */
  onMail: () => void;
}

/** Size of all answers of a session, with room for escapes, for the contact and for consents. */
const ANSWERS_BODY_BYTES = 128 * 1024;

/** Registers the routes that submit or correct the visitor's name and e-mail address. */
export const contactRoutes: Plugin<ContactRouteDeps> = async (app, deps) => {
  submitContactRoute(app, deps);
  resendConfirmationRoute(app, deps);
  rectifySessionRoute(app, deps);
};

const submitContactRoute = (app: App, deps: ContactRouteDeps): void => {
  const {config, access} = deps;
  app.put(
    '/contact',
    {
      bodyLimit: ANSWERS_BODY_BYTES,
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'giveContact',
        summary: 'Stores the session as pending and mails the confirmation link',
        description:
          'Requires a recorded consent to `personal_data`, or one in `consents`. Steps, consents, files and messages can follow. A repeat with an equal e-mail address sends no e-mail; a different e-mail address takes effect when it is confirmed.',
        tags: ['session'],
        body: SubmitContact,
        response: sessionResponses({202: ContactResponse}, [
          ...BODY_CODES,
          'consent_required',
          'too_many_consents',
          'invalid_email',
          'invalid_name',
          'invalid_answer',
        ]),
      },
    },
    async (request, reply) => {
      const {locale = null, consents = [], answers = {}} = request.body;
      if (withdrawsStorageConsent(consents)) throw new ConsentRequired();
      const caller = access.getCaller(request);
      const contact = readContact(request.body);
      const {session, delayed} = await access.changeVisit(request, caller, async (tx) => {
        const client = clientRateLimitKey(request);
        await submitContact(tx, deps, caller, {
          ...contact,
          ...{locale, consents, answers, client},
        });
        return {session: await findSession(tx, caller.uuid), delayed: await isDelayed(tx, caller)};
      });
      deps.onMail();
      return reply.code(202).send({
        state: session?.state ?? 'pending',
        email_masked: maskEmail(session?.email ?? contact.email),
        delayed,
      });
    },
  );
};

const resendConfirmationRoute = (app: App, deps: ContactRouteDeps): void => {
  const {config, access} = deps;
  app.post(
    '/verification',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'resendConfirmation',
        summary: 'Sends a new confirmation link by e-mail',
        description:
          'At most once a minute and five times a day. Older links become void when the new one is sent. A limit of the e-mail address applies too, and is not reported here.',
        tags: ['session'],
        response: sessionResponses({202: ResendResponse}, [...BODY_CODES, 'not_found']),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      const delayed = await access.changeVisit(request, caller, async (tx) => {
        const session = await requireSession(tx, caller);
        const client = clientRateLimitKey(request);
        return resendConfirmation(tx, deps, caller, {session, client});
      });
      deps.onMail();
      return reply.code(202).send({delayed});
    },
  );
};

const rectifySessionRoute = (app: App, deps: ContactRouteDeps): void => {
  const {config, access} = deps;
  app.patch(
    '',
    {
      bodyLimit: ANSWERS_BODY_BYTES,
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'rectifySession',
        summary: 'Corrects the stored data; a new e-mail address must be confirmed',
        description:
          'Until the new e-mail address is confirmed, the session keeps its state and the old e-mail address. `answers` changes only the fields that it names. Five minutes after the first change of answers in a complete session, the site’s owner gets an e-mail. Withdrawing `personal_data` erases the session.',
        tags: ['session'],
        body: RectifySession,
        response: sessionResponses({200: Session}, [
          ...BODY_CODES,
          'not_found',
          'too_many_consents',
          'invalid_email',
          'invalid_name',
          'invalid_answer',
        ]),
      },
    },
    async (request) => {
      const caller = access.getCaller(request);
      const {consents = [], answers = {}} = request.body;
      const name = request.body.name === undefined ? undefined : readName(request.body.name);
      const email = request.body.email === undefined ? undefined : readEmail(request.body.email);
      const result = await access.changeVisit(request, caller, async (tx, visit) => {
        const session = await requireSession(tx, caller);
        await recordConsents(tx, caller, consents);
        const client = clientRateLimitKey(request);
        const {locale} = session;
        if (name) await changeName(tx, caller, {before: session.name, name, locale});
        await recordVisitorAnswers(tx, caller, answers, {
          name: name ?? session.name,
          locale,
        });
        if (email) await changeEmail(tx, deps, caller, {email, client});
        await recordAudit(tx, {
          event: 'data_rectified',
          uuid: caller.uuid,
          site: caller.site.key,
          ipAddress: caller.ipAddress,
          metadata: {fields: Object.keys(request.body)},
        });
        const described = await describeSession(tx, caller.uuid, visit);
        if (withdrawsStorageConsent(consents)) await revokeStorageConsent(tx, caller, visit);
        return described;
      });
      deps.onMail();
      if (withdrawsStorageConsent(consents)) deps.onEnded();
      return result;
    },
  );
};

const isDelayed = async (tx: Queryable, {uuid}: Caller): Promise<boolean> =>
  (await findDelayedEmail(tx, uuid)) !== undefined;

const requireSession = async (tx: Queryable, {uuid}: Caller) => {
  const session = await findSession(tx, uuid);
  if (session) return session;
  throw new NotFound(
    'The session has no e-mail address. Expected a session that has one. Send it first with PUT /api/session/contact.',
  );
};

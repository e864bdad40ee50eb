import {Type} from 'typebox';

import {listAnswers, toApiAnswers} from '../answers/store.js';
import {recordAudit} from '../audit/store.js';
import {ReachStep, RecordConsents, RecordedConsents, Session} from '../contract/sessions.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {InvalidRequest} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {createRateLimit} from '../http/rate-limits.js';
import {getConversation} from '../sites/conversation.js';
import {listBarsBetween, toCounter} from '../sites/funnel.js';
import type {Access, Caller} from '../visits/access.js';
import {recordConsents, withdrawsStorageConsent} from './consents.js';
import {describeSession} from './describe.js';
import {endVisit, eraseSession, revokeStorageConsent} from './end.js';
import {findLatestConsents} from '../visits/consents.js';
import {countProgress, readProgress} from '../visits/funnel.js';
import {countFunnel, hasStarted, setFurthestStep} from '../visits/store.js';
import type {Visit} from '../visits/store.js';

export interface SessionRouteDeps {
  config: Config;
  sql: Sql;
  access: Access;
  /** Triggers the reaper after the end of a session. */
  onEnded: () => void;
}

/** Registers the routes of one session. */
export const sessionRoutes: Plugin<SessionRouteDeps> = async (app, deps) => {
  getSessionRoute(app, deps);
  recordConsentsRoute(app, deps);
  reachStepRoute(app, deps);
  endSessionRoute(app, deps);
};

const getSessionRoute = (app: App, deps: SessionRouteDeps): void => {
  const {config, sql, access} = deps;
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'getSession',
        summary: 'Returns the stored data of this session',
        description:
          'The state of a generated or claimed UUID is `visit` from the start, although nothing is stored before its first change.',
        tags: ['session'],
        response: sessionResponses({200: Session}),
      },
    },
    async (request) => {
      const caller = access.getCaller(request);
      const visit = await access.extendVisit(request, caller);
      const [session, answers] = await Promise.all([
        describeSession(sql, caller.uuid, visit),
        visit?.state === 'session' ? listAnswers(sql, caller.uuid) : [],
      ]);
      return {...session, answers: toApiAnswers(answers)};
    },
  );
};

const recordConsentsRoute = (app: App, deps: SessionRouteDeps): void => {
  const {config, access} = deps;
  app.put(
    '/consents',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'recordConsents',
        summary: 'Records consent decisions with their wording',
        description:
          'The server accepts no data before `personal_data` is granted. Refusing or withdrawing it deletes the uploaded files and the messages, or erases the session. An equal decision with an equal wording is recorded at most once a minute. A session has at most 100 decisions, but a withdrawal is always accepted.',
        tags: ['session'],
        body: RecordConsents,
        response: sessionResponses({200: RecordedConsents}, [...BODY_CODES, 'too_many_consents']),
      },
    },
    async (request) => {
      const {consents} = request.body;
      const caller = access.getCaller(request);
      const recorded = await access.changeVisit(request, caller, async (tx, visit) => {
        await recordConsents(tx, caller, consents);
        const latest = await findLatestConsents(tx, caller.uuid);
        if (withdrawsStorageConsent(consents)) await revokeStorageConsent(tx, caller, visit);
        return latest;
      });
      if (withdrawsStorageConsent(consents)) deps.onEnded();
      return {consents: recorded};
    },
  );
};

const reachStepRoute = (app: App, deps: SessionRouteDeps): void => {
  const {config, access} = deps;
  app.post(
    '/progress',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'reachStep',
        summary: 'Records the step that the visitor has reached',
        description:
          'The funnel counts the step without the UUID. The first call of a visit counts as its start. Each call extends the visit.',
        tags: ['session'],
        body: ReachStep,
        response: sessionResponses({204: Type.Null({description: 'The step was counted.'})}, [
          ...BODY_CODES,
        ]),
      },
    },
    async (request, reply) => {
      const {step} = request.body;
      const caller = access.getCaller(request);
      await access.changeVisit(request, caller, (tx, visit) => reachStep(tx, caller, visit, step));
      return reply.code(204).send(null);
    },
  );
};

const endSessionRoute = (app: App, deps: SessionRouteDeps): void => {
  const {config, access} = deps;
  app.delete(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'endSession',
        summary: 'Discards an unfinished visit, erases a session',
        description:
          'Without an e-mail address, the visit and its files are deleted; with one, rows, files and queued e-mails. A repeat succeeds, too.',
        tags: ['session'],
        response: sessionResponses(
          {204: Type.Null({description: 'The visit or session has ended.'})},
          BODY_CODES,
        ),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      await access.withLockedVisit(request, caller, async (tx, visit) => {
        if (visit.state === 'open') {
          await endVisit(tx, toEndedVisit(caller), 'discarded');
          if (hasStarted(visit)) await countFunnel(tx, caller.site.key, ['abandoned']);
        }
        if (visit.state === 'session') await eraseSession(tx, toEndedVisit(caller), 'visitor');
      });
      deps.onEnded();
      return reply.code(204).send(null);
    },
  );
};

const toEndedVisit = ({uuid, site, ipAddress}: Caller) => ({uuid, siteKey: site.key, ipAddress});

const reachStep = async (
  tx: Queryable,
  caller: Caller,
  visit: Visit,
  step: string,
): Promise<void> => {
  const {steps} = getConversation(caller.site.settings);
  const ids = steps.map(({id}) => id);
  const reached = ids.indexOf(step);
  if (reached === -1) {
    throw new InvalidRequest(
      'The step is not part of this conversation. Expected the id of one of its steps. Read them with GET /api/sites/{key}/config.',
      {faults: [{path: '/step', message: 'must be a step of this conversation'}]},
    );
  }
  // A step that is seen again, after going back or a reload, is counted once.
  if (visit.furthestStep !== null && ids.indexOf(visit.furthestStep) >= reached) return;
  const before = await readProgress(tx, caller.uuid);
  await setFurthestStep(tx, caller.uuid, step);
  await recordAudit(tx, {
    event: 'step_reached',
    uuid: caller.uuid,
    site: caller.site.key,
    ipAddress: caller.ipAddress,
    metadata: {step},
  });
  await countProgress(tx, caller.site, {
    before,
    after: {furthestStep: step},
    steps: [...listBarsBetween(steps, visit.furthestStep, step), toCounter({id: step})],
    counters: hasStarted(visit) ? [] : ['started'],
  });
};

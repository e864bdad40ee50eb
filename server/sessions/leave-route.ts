import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import {LeavePage} from '../contract/sessions.js';
import type {Plugin} from '../http/app-type.js';
import {
  BODY_CODES,
  SESSION_CODES,
  SESSION_SECURITY,
  responseSchemas,
} from '../http/response-schemas.js';
import {createJsonParser} from '../http/json-bodies.js';
import {createRateLimit} from '../http/rate-limits.js';
import {requireAlive} from '../visits/access.js';
import type {Access, Caller} from '../visits/access.js';
import {markLeft} from '../visits/store.js';
import {allowEmptyBody} from './uuid-routes.js';
import type {Visits} from '../visits/visits.js';

export interface LeaveRouteDeps {
  config: Config;
  visits: Visits;
  access: Access;
  /** Triggers the reaper for the time at which the visit's grace period ends. */
  onLeft: () => void;
}

/**
 * Registers the route for the `sendBeacon` of a page that is left. A beacon can send neither
 * headers nor JSON, so only in this scope a body can be text/plain, with the credentials in it.
 */
export const leaveRoute: Plugin<LeaveRouteDeps> = async (app, {config, visits, access, onLeft}) => {
  const getCaller = async (request: FastifyRequest, {uuid, token}: LeavePage): Promise<Caller> => {
    if (token !== undefined) {
      // A page that hides its URL from other servers sends its beacon with the origin `null`.
      const isFromAnyOrigin = request.headers.origin === 'null';
      return access.checkCredentials(request, {uuid, token, isFromAnyOrigin});
    }
    await access.identify(request);
    return access.getCaller(request);
  };

  app.addContentTypeParser('text/plain', {parseAs: 'buffer'}, createJsonParser(app));
  app.post(
    '/leave',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      preValidation: allowEmptyBody,
      schema: {
        operationId: 'leavePage',
        summary: 'Reports that the visitor left the page',
        description:
          'Send the credentials in the headers, or in the body because `sendBeacon` sets no headers. Any later call cancels the report.',
        tags: ['session'],
        security: [...SESSION_SECURITY, {}],
        consumes: ['application/json', 'text/plain'],
        'x-body-optional': true,
        body: LeavePage,
        response: responseSchemas({204: Type.Null({description: 'The report was stored.'})}, [
          ...SESSION_CODES,
          ...BODY_CODES,
        ]),
      },
    },
    async (request, reply) => {
      const caller = await getCaller(request, request.body);
      // Leaving a page creates no visit.
      if (await visits.find(caller.uuid)) {
        await access.withLockedVisit(request, caller, async (tx, visit) => {
          requireAlive(visit);
          await markLeft(tx, caller.uuid);
        });
        onLeft();
      }
      return reply.code(204).send(null);
    },
  );
};

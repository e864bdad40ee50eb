import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import type {Plugin} from '../http/app-type.js';
import {BODY_CODES, sessionResponses} from '../http/response-schemas.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {Access} from '../visits/access.js';
import {stopTurns} from './store.js';

export interface StopRouteDeps {
  config: Config;
  sql: Sql;
  access: Access;
  responderService: {stopSession: (uuid: string) => void};
}

/** Route of the visitor's *Stop* button. */
export const stopRoute: Plugin<StopRouteDeps> = async (
  app,
  {config, sql, access, responderService},
) => {
  app.post(
    '/stop',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'stopAnswer',
        summary: 'Stops the reply in progress',
        description:
          'Text that was already written stays. Without a reply in progress, nothing happens.',
        tags: ['conversation'],
        response: sessionResponses(
          {204: Type.Null({description: 'The reply has stopped, or stops at once.'})},
          BODY_CODES,
        ),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      await access.extendVisit(request, caller);
      if ((await stopTurns(sql, caller.uuid)) > 0) responderService.stopSession(caller.uuid);
      return reply.code(204).send(null);
    },
  );
};

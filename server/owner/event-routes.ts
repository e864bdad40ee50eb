import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import {OwnerEventPage} from '../contract/owner-events.js';
import type {OwnerEvent} from '../contract/owner-events.js';
import type {Plugin} from '../http/app-type.js';
import type {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {createRateLimit} from '../http/rate-limits.js';
import {ownerResponses} from '../http/response-schemas.js';
import {openEvents} from '../live/stream.js';
import type {Subscriber} from '../live/subscriber.js';
import type {OwnerHub} from './owner-hub.js';

export interface OwnerEventDeps {
  config: Config;
  ownerHub: OwnerHub;
  ownerStreamLimit: ConcurrencyLimit;
}

const Stream = Type.Unsafe<OwnerEventPage>({
  type: 'string',
  contentMediaType: 'text/event-stream',
  description:
    'A stream, unless the client accepts only `application/json`. `event` is the type, `data` the envelope. A comment is sent at least every 15 s. As JSON, the response contains the first events within 25 s.',
  also: OwnerEventPage,
});

/** Events are not stored, so the cursor has no meaning. */
const NO_CURSOR = {cursor: 0, tokenHash: new Uint8Array()};

/** Adds the route for live events of the account: as a stream and by long poll. */
export const ownerEventRoutes: Plugin<OwnerEventDeps> = async (app, deps) => {
  const {config, ownerHub, ownerStreamLimit} = deps;
  app.addHook('preClose', (done) => {
    ownerHub.drain();
    done();
  });
  app.get(
    '',
    {
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      exposeHeadRoute: false,
      schema: {
        operationId: 'readOwnerEvents',
        summary: 'Live events of the sites of the account',
        description:
          'Events are hints without a cursor: connect first, then load what is shown, and do both again after each response or lost stream. `lead_changed` needs the role `agent`. The last event of a session that ends is `signed_out`.',
        response: ownerResponses({200: Stream}, ['busy']),
      },
    },
    async (request, reply) => {
      const {account} = request;
      const page = await openEvents(request, reply, {
        limit: ownerStreamLimit,
        id: account.id,
        start: NO_CURSOR,
        source: {
          join: (subscriber: Subscriber<OwnerEvent>) => ownerHub.join(account, subscriber),
          resume: (subscriber: Subscriber<OwnerEvent>) => {
            subscriber.markWritable();
          },
        },
      });
      return page && {events: page.events};
    },
  );
};

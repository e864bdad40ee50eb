import {Type} from 'typebox';

import {NotFound} from '../errors.js';
import type {SlowClientLimits} from '../http/slow-client-guard.js';
import type {Plugin} from '../http/app-type.js';
import {CSP_HEADER, buildCsp} from '../http/csp.js';
import {createRateLimit} from '../http/rate-limits.js';
import {guardDownload, untilClosed} from '../http/slow-download.js';
import {createContentDisposition} from '../object-store/attachment.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {verifyDownload} from '../object-store/signed-links.js';

/** Policy for a file that is opened in the browser despite `attachment`. */
const FILE_POLICY = buildCsp({sandbox: '', 'default-src': "'none'"});

export interface DiskRouteDeps {
  objects: ObjectStore;
  signingKey: Buffer;
  ratePerMinute: number;
  pace?: SlowClientLimits | undefined;
}

/** Serves the signed links of the disk store, as a bucket serves presigned links. */
export const diskDownloadRoute: Plugin<DiskRouteDeps> = async (
  app,
  {objects, signingKey, ratePerMinute, pace},
) => {
  app.get(
    '/*',
    {
      config: createRateLimit(ratePerMinute, 'read'),
      schema: {
        hide: true,
        params: Type.Object({'*': Type.String()}),
        querystring: Type.Object({
          expires: Type.String(),
          name: Type.String(),
          type: Type.String(),
          signature: Type.String(),
        }),
      },
    },
    async (request, reply) => {
      const link = {key: request.params['*'], ...request.query};
      const found = verifyDownload(link, signingKey) ? await objects.head(link.key) : undefined;
      const disconnected = new AbortController();
      void untilClosed(reply.raw).then(() => {
        disconnected.abort();
      });
      const bytes = found && (await objects.get(link.key, disconnected.signal));
      if (!bytes) {
        throw new NotFound(
          'The link has expired or was changed, or its file no longer exists. Request a new link.',
        );
      }
      return (
        reply
          .header('content-disposition', createContentDisposition(link.name))
          .header(CSP_HEADER, FILE_POLICY)
          .header('cache-control', 'private, no-store')
          .header('content-length', found.size)
          // The links are for whole files: clients must not request ranges.
          .header('accept-ranges', 'none')
          .type(link.type)
          .send(guardDownload(bytes, reply.raw, {limits: pace}))
      );
    },
  );
};

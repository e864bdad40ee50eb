import type {FastifyReply, FastifyRequest} from 'fastify';

import {NotFound, Unavailable} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {
  WIDGET_PREFIXES,
  createImmutableCacheControl,
  isWidgetBuilt,
  setAssetHeaders,
} from '../http/assets.js';
import {LOADER, isChunkName, isVersion} from './names.js';
import type {OtherReleases} from './other-releases.js';
import type {OwnRelease} from './own-release.js';
import type {WantedFile} from './store.js';

export interface ReleaseRouteDeps {
  /** Version of this server's release. */
  version: string;
  own: OwnRelease;
  other: OtherReleases;
  /** True until the database has the tables of this version. */
  isStarting: () => boolean;
  /** Refuses clients that request too many files that need a look-up. */
  limit: (request: FastifyRequest) => Promise<void>;
}

/**
 * Serves the files of other releases, in addition to those of this release. They are requested by
 * pages that were loaded before an upgrade, pages that got the next release from another server,
 * and pages with a pinned version.
 */
export const releaseRoutes: Plugin<ReleaseRouteDeps> = async (app, deps) => {
  const {version, own} = deps;
  const hidden = {schema: {hide: true}};
  app.get<{Params: {release: string}}>(`/:release/${LOADER}`, hidden, async (request, reply) => {
    const {release} = request.params;
    if (release === version && !own.isLoaderReplaced) return sendOwnLoader(reply);
    if (!isVersion(release)) return reply.callNotFound();
    return sendOther(request, reply, {release, name: LOADER});
  });
  // Without a build, the folder's current files are served.
  for (const prefix of isWidgetBuilt ? WIDGET_PREFIXES : []) {
    app.get<{Params: {name: string}}>(`${prefix}:name`, hidden, async (request, reply) => {
      const {name} = request.params;
      if (!isChunkName(name)) return reply.callNotFound();
      return sendOther(request, reply, {release: null, name});
    });
  }

  const sendOther = async (request: FastifyRequest, reply: FastifyReply, wanted: WantedFile) => {
    const {other, isStarting, limit} = deps;
    if (!other.isCached(wanted)) {
      if (isStarting()) throw new Unavailable();
      await limit(request);
    }
    const file = await other.getPath(wanted);
    if (file === undefined) throw new NotFound();
    setAssetHeaders(reply.raw, createImmutableCacheControl());
    return reply
      .header('cache-control', createImmutableCacheControl())
      .sendFile(file, other.folder, {cacheControl: false});
  };
};

const sendOwnLoader = (reply: FastifyReply): FastifyReply => {
  setAssetHeaders(reply.raw, createImmutableCacheControl());
  return reply
    .header('cache-control', createImmutableCacheControl())
    .sendFile(LOADER, {cacheControl: false});
};

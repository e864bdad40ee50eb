import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import type {BatchedAuditWriter, AuditEntry} from '../audit/store.js';
import type {Config} from '../config/config.js';
import {Locale} from '../contract/common.js';
import {GenerateUuid, GeneratedUuid, ValidateUuid, ValidatedUuid} from '../contract/sessions.js';
import type {SiteConfig} from '../contract/sites.js';
import type {Sql} from '../database/sql.js';
import {
  InvalidRequest,
  InvalidUuid,
  UnknownSite,
  UuidCollision,
  UuidGenerationFailed,
} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {BODY_CODES, responseSchemas} from '../http/response-schemas.js';
import {readBearerToken} from '../http/bearer-token.js';
import {createRateLimit} from '../http/rate-limits.js';
import {findPageOrigin, requireAllowedOrigin} from '../sites/origin.js';
import {DEMO_SITE} from '../sites/demo-sites.js';
import type {Site, Sites} from '../sites/store.js';
import {readUuid} from '../text/uuid.js';
import type {Access} from '../visits/access.js';
import {describeSession} from './describe.js';
import {SessionGone, TokenInvalid} from '../errors.js';
import type {Claim} from '../visits/store.js';
import type {VisitorTokens} from '../visits/token.js';
import type {Visits} from '../visits/visits.js';

export interface UuidRouteDeps {
  config: Config;
  sql: Sql;
  visits: Visits;
  sites: Sites;
  tokens: VisitorTokens;
  access: Access;
  attempts: BatchedAuditWriter;
  newUuid: () => string;
  getPublicConfig: (site: Site) => SiteConfig;
  onUuidRefused: (request: FastifyRequest, uuid: string | undefined) => void;
  /**
   * Called when a UUID is issued to its first visitor, which means that a panel was opened, with the
   * origin of the page.
   */
  onOpened: (siteKey: string, origin: string | undefined) => void;
}

const MAX_GENERATION_TRIES = 3;

/** Part of the URL, because servers of earlier releases refuse unknown keys of the body. */
const ConfigQuery = Type.Object({
  config_locale: Type.Optional(
    Type.String({
      ...Locale,
      description:
        'The visitor’s language. If it is present, the response contains the public settings of the site, as `GET /api/sites/{key}/config` returns them.',
    }),
  ),
});

/** Registers the two routes that begin a session. */
export const uuidRoutes: Plugin<UuidRouteDeps> = async (app, deps) => {
  generateUuidRoute(app, deps);
  validateUuidRoute(app, deps);
};

/** Returns the audit entry of a request that uses or gets a UUID. */
const toEntry = (
  {access}: UuidRouteDeps,
  request: FastifyRequest,
  {
    site,
    uuid,
    event,
    metadata = {},
  }: {site: Site; uuid: string | undefined} & Pick<AuditEntry, 'event' | 'metadata'>,
): AuditEntry => ({
  event,
  uuid: uuid ?? null,
  site: site.key,
  ipAddress: access.getStoredIp(request),
  metadata,
});

const generateUuidRoute = (app: App, deps: UuidRouteDeps): void => {
  const {config, tokens, attempts} = deps;
  app.post(
    '/generate-uuid',
    {
      config: createRateLimit(config.ratePerMinute, 'uuid'),
      preValidation: allowEmptyBody,
      schema: {
        operationId: 'generateUuid',
        summary: 'Generates a session UUID and its visitor token',
        description: 'No visit is stored: the first change with the UUID binds it to its token.',
        tags: ['session'],
        security: [],
        'x-body-optional': true,
        body: GenerateUuid,
        querystring: ConfigQuery,
        response: responseSchemas({200: GeneratedUuid}, [
          ...BODY_CODES,
          'origin_not_allowed',
          'unknown_site',
          'uuid_generation_failed',
        ]),
      },
    },
    async (request) => {
      const site = await getSite(deps, request, request.body.site);
      const uuid = await generateUnusedUuid(deps);
      if (!uuid) {
        await attempts.record(
          toEntry(deps, request, {site, uuid: undefined, event: 'uuid_generation_failed'}),
        );
        throw new UuidGenerationFailed();
      }
      await attempts.record(
        toEntry(deps, request, {site, uuid, event: 'uuid_generation_attempt'}),
        toEntry(deps, request, {site, uuid, event: 'uuid_generated'}),
      );
      deps.onOpened(site.key, findPageOrigin(request.headers, config));
      const token = tokens.issue(uuid, site.key);
      return {
        status: 'success' as const,
        uuid,
        token,
        message: 'A new session UUID.',
        ...(request.query.config_locale && {config: deps.getPublicConfig(site)}),
      };
    },
  );
};

const validateUuidRoute = (app: App, deps: UuidRouteDeps): void => {
  const {config} = deps;
  app.post(
    '/validate-uuid',
    {
      config: createRateLimit(config.ratePerMinute, 'uuid'),
      schema: {
        operationId: 'validateUuid',
        summary: 'Claims a UUID, or resumes its session',
        description:
          'The caller claims an unknown UUID and gets its token. A known UUID requires its token; then its session is returned.',
        tags: ['session'],
        security: [{}, {visitorToken: []}],
        body: ValidateUuid,
        response: responseSchemas({200: ValidatedUuid}, [
          ...BODY_CODES,
          'invalid_uuid',
          'origin_not_allowed',
          'unknown_site',
          'uuid_collision',
          'session_gone',
        ]),
      },
    },
    (request) => validateUuid(deps, request, request.body),
  );
};

const validateUuid = async (
  deps: UuidRouteDeps,
  request: FastifyRequest,
  body: {uuid?: unknown; site?: string},
) => {
  const {attempts} = deps;
  const {uuid: given} = body;
  const site = await getSite(deps, request, body.site);
  const uuid = readUuid(given);
  const attempt = (outcome: string) =>
    toEntry(deps, request, {
      site,
      uuid,
      event: 'uuid_validation_attempt',
      metadata: {outcome},
    });
  const claim = uuid && {...attempt('claimed'), uuid};
  const outcome = claim ? await resolveUuid(deps, request, site, claim) : 'invalid';
  const name = toOutcomeName(outcome);
  if (name === 'resumed') {
    await attempts.record(
      attempt(name),
      toEntry(deps, request, {site, uuid, event: 'session_resumed'}),
    );
  } else if (name !== 'claimed') {
    await attempts.record(attempt(name));
  }
  if (given === undefined || given === null || given === '') {
    throw new InvalidRequest(
      'The key "uuid" is missing. Expected a version-4 UUID. Send it in the body.',
      {
        faults: [{path: '/uuid', message: 'is missing'}],
      },
    );
  }
  if (outcome === 'invalid' || outcome === 'collision') deps.onUuidRefused(request, uuid);
  if (!uuid || outcome === 'invalid') throw new InvalidUuid();
  if (outcome === 'collision') throw new UuidCollision();
  if (outcome === 'gone') throw new SessionGone();
  // A caller with a valid token was already counted when it was issued.
  const isNew = 'token' in outcome && outcome.token !== readBearerToken(request);
  if (isNew) deps.onOpened(site.key, findPageOrigin(request.headers, deps.config));
  return {status: 'success' as const, uuid, message: 'The session UUID is valid.', ...outcome};
};

type Outcome =
  | 'invalid'
  | 'collision'
  | 'gone'
  | {token: string}
  | {session: Awaited<ReturnType<typeof describeSession>>};

const toOutcomeName = (outcome: Outcome): string => {
  if (typeof outcome === 'string') return outcome;
  return 'token' in outcome ? 'claimed' : 'resumed';
};

/**
 * Claims an unknown UUID, requires the token of a known UUID, and reports an ended session as gone.
 * Claims, which are most calls, are in the audit log when this returns.
 */
const resolveUuid = async (
  {sql, visits, tokens, access}: UuidRouteDeps,
  request: FastifyRequest,
  site: Site,
  claim: Claim,
): Promise<Outcome> => {
  const {uuid} = claim;
  const visit = await visits.findOrRecord(claim);
  const token = readBearerToken(request);
  const tokenSite = token && tokens.getSiteKey(token, uuid);
  const isValid = token && tokenSite === site.key;
  // Return the token that the caller already has: with two tokens for one UUID, only the first tab
  // to write would keep access.
  if (!visit) return {token: isValid ? token : tokens.issue(uuid, site.key)};
  if (!token || (tokenSite && tokenSite !== site.key)) return 'collision';
  try {
    const caller = await access.checkCredentials(request, {uuid, token});
    const liveVisit = await access.extendVisit(request, caller);
    return {session: await describeSession(sql, uuid, liveVisit)};
  } catch (error) {
    if (error instanceof TokenInvalid) return 'collision';
    if (error instanceof SessionGone) return 'gone';
    throw error;
  }
};

const generateUnusedUuid = async ({
  visits,
  newUuid,
}: UuidRouteDeps): Promise<string | undefined> => {
  for (let tries = 0; tries < MAX_GENERATION_TRIES; tries++) {
    const uuid = newUuid();
    if (!(await visits.find(uuid))) return uuid;
  }
  return undefined;
};

/**
 * Returns the site of a call, or the demo site if the call names none. Throws if the page's origin
 * is not allowed.
 */
export const getSite = async (
  {config, sites}: Pick<UuidRouteDeps, 'config' | 'sites'>,
  request: FastifyRequest,
  key: string | undefined,
): Promise<Site> => {
  if (!key && config.production) {
    throw new InvalidRequest(
      'The key "site" is missing. Expected the key of your site. Send it in the body.',
      {
        faults: [{path: '/site', message: 'is missing'}],
      },
    );
  }
  const site = await sites.find(key ?? DEMO_SITE);
  if (!site) throw new UnknownSite();
  requireAllowedOrigin(site, request.headers.origin, config);
  return site;
};

export const allowEmptyBody = async (request: FastifyRequest): Promise<void> => {
  if (request.body === undefined) request.body = {};
};

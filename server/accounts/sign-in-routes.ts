import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {ConsoleSettings} from '../config/console.js';
import {
  Account,
  GivenLink,
  LinkRequested,
  OpenLink,
  RequestLink,
  SignOut,
} from '../contract/owner.js';
import type {Sql} from '../database/sql.js';
import {repeatableTransaction, transaction} from '../database/transaction.js';
import {LinkOver} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {clientRateLimitKey, getStoredIp} from '../http/client-address.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {RateKind} from '../http/rate-limits.js';
import {BODY_CODES, ownerResponses, signInResponses} from '../http/response-schemas.js';
import {describeBrowser} from '../text/browser-name.js';
import {maskEmail, parseAccountEmail} from '../text/email.js';
import {createCookie, hashCookie, readCookie} from './cookie.js';
import {toLinkPurpose} from './link-store.js';
import type {GivenLink as FoundLink, SignInLinks} from './links.js';
import {endAccess} from './memberships.js';
import {endSession} from './session-store.js';
import {reportSignIn, requestLink, signIn} from './sign-in.js';
import {describeAccount} from './store.js';

export interface SignInRouteDeps {
  config: Config;
  console: ConsoleSettings;
  sql: Sql;
  signInLinks: SignInLinks;
  mailHashKey: Buffer;
  /** Triggers the mail sender. */
  onMail: () => void;
}

/** Registers the calls that sign in and out. */
export const signInRoutes: Plugin<SignInRouteDeps> = async (app, deps) => {
  requestLinkRoute(app, deps);
  lookAtLinkRoute(app, deps);
  useLinkRoute(app, deps);
  reportSignInRoute(app, deps);
  signOutRoute(app, deps);
};

/** Returns the config of a route that needs no account. */
const openTo = ({config}: SignInRouteDeps, kind: RateKind) => ({
  ...createRateLimit(config.ratePerMinute, kind),
  needsNoAccount: true as const,
});

/** Returns the link of a token. Only development has accounts that a link creates. */
const findLink = async (
  {config, sql, signInLinks}: SignInRouteDeps,
  token: string,
): Promise<FoundLink | undefined> => {
  const link = await signInLinks.find(sql, token);
  return link?.purpose === 'setup' && config.production ? undefined : link;
};

const requestLinkRoute = (app: App, deps: SignInRouteDeps): void => {
  const {config, sql, signInLinks, mailHashKey, onMail} = deps;
  app.post(
    '/sign-in/link',
    {
      config: openTo(deps, 'change'),
      schema: {
        operationId: 'requestSignInLink',
        summary: 'Sends a sign-in link by e-mail',
        description:
          'The response is the same for every e-mail address, with and without an account, and after a limit: 5 links an hour and 10 a day for an e-mail address, 10 an hour for a client network. A link works once, for 15 minutes.',
        body: RequestLink,
        response: signInResponses({202: LinkRequested}, BODY_CODES),
      },
    },
    async (request, reply) => {
      const {email: given, place = null} = request.body;
      const email = parseAccountEmail(given, config);
      if (email) {
        await transaction(sql, (tx) =>
          requestLink(tx, {
            ...{email, place, mailHashKey, keyId: signInLinks.keyId},
            client: clientRateLimitKey(request),
            ipAddress: getStoredIp(request, config),
          }),
        );
        onMail();
      }
      return reply.code(202).send({});
    },
  );
};

const lookAtLinkRoute = (app: App, deps: SignInRouteDeps): void => {
  app.post(
    '/sign-in/link/look',
    {
      config: openTo(deps, 'session_message'),
      schema: {
        operationId: 'lookAtSignInLink',
        summary: 'Describes a link without using it',
        description: 'Changes nothing. The page of the link shows its account and one button.',
        body: GivenLink,
        response: signInResponses({200: OpenLink}, [...BODY_CODES, 'link_over']),
      },
    },
    async ({body}) => {
      const link = await findLink(deps, body.token);
      if (!link?.isOpen || link.email === null) throw new LinkOver();
      return {
        purpose: toLinkPurpose(link),
        email_masked: maskEmail(link.email),
        site: link.siteName,
        role: link.role,
        browser: link.browser,
        expires_at: link.expiresAt.toISOString(),
      };
    },
  );
};

const useLinkRoute = (app: App, deps: SignInRouteDeps): void => {
  const {config, console, sql, signInLinks, onMail} = deps;
  app.post(
    '/sign-in/link/use',
    {
      config: openTo(deps, 'session_message'),
      schema: {
        operationId: 'useSignInLink',
        summary: 'Signs in with a link, once',
        description:
          'The response sets the cookie of a new session. It ends 7 days after its last call, and 30 days after the sign-in. A sign-in from a new browser is reported by e-mail.',
        body: GivenLink,
        response: signInResponses({200: Account}, [...BODY_CODES, 'link_over']),
      },
    },
    async (request, reply) => {
      const link = await findLink(deps, request.body.token);
      if (!link) throw new LinkOver();
      const given = readCookie(request, console);
      const signedIn = await repeatableTransaction(sql, async (tx) => {
        const found = await signIn(tx, {
          ...{link, keyId: signInLinks.keyId, ipAddress: getStoredIp(request, config)},
          givenHash: given === undefined ? undefined : hashCookie(given),
          browser: describeBrowser(request.headers['user-agent']),
        });
        if (!found) throw new LinkOver();
        return {...found, account: await describeAccount(tx, found.session)};
      });
      onMail();
      void reply.header('set-cookie', createCookie(signedIn.secret, console));
      return signedIn.account;
    },
  );
};

const reportSignInRoute = (app: App, deps: SignInRouteDeps): void => {
  const {config, sql, signInLinks} = deps;
  app.post(
    '/sign-in/not-me',
    {
      config: openTo(deps, 'session_message'),
      schema: {
        operationId: 'reportSignIn',
        summary: 'Ends all sessions and open links of an account, with the link of an e-mail',
        description: 'For a person who gets an e-mail about a sign-in that was not theirs.',
        body: GivenLink,
        response: signInResponses(
          {204: Type.Null({description: 'All sessions and links of the account have ended.'})},
          [...BODY_CODES, 'link_over'],
        ),
      },
    },
    async (request, reply) => {
      const link = await signInLinks.find(sql, request.body.token);
      const isReported =
        link !== undefined &&
        (await repeatableTransaction(sql, (tx) =>
          reportSignIn(tx, link, getStoredIp(request, config)),
        ));
      if (!isReported) throw new LinkOver();
      return reply.code(204).send(null);
    },
  );
};

const signOutRoute = (app: App, {config, sql}: SignInRouteDeps): void => {
  app.post(
    '/sign-out',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'signOut',
        summary: 'Ends the session of the caller, or all sessions of the account',
        description:
          '`everywhere` ends all sessions and open links. The cookie stays and works no longer: at the next sign-in, it recognises the browser.',
        body: SignOut,
        response: ownerResponses({204: Type.Null({description: 'Signed out.'})}, BODY_CODES),
      },
    },
    async (request, reply) => {
      const {account, body} = request;
      const {everywhere = false} = body;
      const {id: accountId, sessionId: id} = account;
      await repeatableTransaction(sql, async (tx) => {
        if (everywhere) await endAccess(tx, accountId, id);
        else await endSession(tx, {accountId, id, ownId: id});
        await recordAudit(tx, {
          event: 'signed_out',
          ipAddress: getStoredIp(request, config),
          metadata: {account: accountId, session: id, everywhere},
        });
      });
      return reply.code(204).send(null);
    },
  );
};

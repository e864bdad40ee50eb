import {guardOwnerRoutes, requireOwnerScope} from './accounts/owner-scope.js';
import type {AppDeps} from './app-deps.js';
import {compose} from './compose.js';
import type {Services} from './compose.js';
import type {App} from './http/app-type.js';
import {readProjectVersion} from './http/assets.js';
import {createApp} from './http/create-app.js';
import {BodyDrain} from './http/drain.js';
import type {Readiness} from './http/lifecycle.js';
import {registerHttp} from './http/plugins.js';
import {acceptWebSockets} from './live/websocket-route.js';
import {registerOwnerRoutes, registerPublicRoutes, registerSessionRoutes} from './routes.js';
import {requireSession} from './visits/session-scope.js';

export type {AppDeps} from './app-deps.js';

export interface RunningApp extends Services {
  app: App;
  /** Until this is called, every route that needs the database responds with 503. */
  markReady: () => void;
  drain: () => void;
}

/** Makes a server. It does not listen, and starts no background work. */
export const buildApp = async (deps: AppDeps): Promise<RunningApp> => {
  const {config, log} = deps;
  const services = compose(deps);
  const readiness: Readiness = {notReady: 'starting'};
  const version = readProjectVersion();
  await services.spool.sweep();
  await services.otherReleases.sweep();
  const drain = new BodyDrain();
  const app = createApp(config, log, drain);
  await acceptWebSockets(app);
  await registerHttp(app, {
    ...services,
    ...{config, log, version, readiness, drain, responses: deps.responses},
    consoleFolder: deps.consoleFolder,
    onAssetServed: () => {
      services.release.noteUse();
    },
  });
  requireOwnerScope(app);
  await registerPublicRoutes(app, {...deps, ...services, readiness, version});
  await app.register(async (scope) => {
    requireSession(scope, services.access);
    await registerSessionRoutes(scope, {...deps, ...services});
  });
  const {console, ratePerMinute} = config;
  if (console) {
    await app.register(async (scope) => {
      guardOwnerRoutes(scope, {...deps, ...services, console, ratePerMinute});
      await registerOwnerRoutes(scope, {...deps, ...services, console, version});
    });
  }
  app.addHook('onClose', async () => {
    services.messageService.stop();
    services.ownerHub.stop();
    await services.live.stop();
  });
  return {
    ...services,
    app,
    markReady: () => {
      readiness.notReady = undefined;
      services.live.start();
      services.messageService.start();
    },
    drain: () => {
      readiness.notReady = 'draining';
    },
  };
};

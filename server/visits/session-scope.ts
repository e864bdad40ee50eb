import {SESSION_SECURITY} from '../http/response-schemas.js';
import type {App} from '../http/app-type.js';
import type {Access} from './access.js';

/**
 * Makes all routes of this scope act on one session. Requests are authenticated before their body is
 * read, and the OpenAPI document names the credentials.
 */
export const requireSession = (scope: App, access: Access): void => {
  scope.addHook('preParsing', access.identify);
  scope.addHook('onRoute', (route) => {
    route.schema = {...route.schema, security: SESSION_SECURITY};
  });
};

import type {FastifyReply, FastifyRequest, preHandlerAsyncHookHandler} from 'fastify';

import {isConflict, isDatabaseDown} from '../database/errors.js';
import {
  BodyTooLarge,
  Internal,
  InvalidRequest,
  MariaError,
  MethodNotAllowed,
  NotFound,
  RangeNotSatisfiable,
  Unavailable,
  UnsupportedMediaType,
} from '../errors.js';
import {StoreUnavailable} from '../object-store/errors.js';
import type {App} from './app-type.js';
import {createErrorPage, isPagePath} from './error-page.js';
import {ClientAborted} from './client-aborted.js';
import {toInvalidRequest} from './invalid-request.js';
import type {Validation} from './invalid-request.js';
import {createMethodFinder} from './method-finder.js';
import {PAGE_HEADERS, renderPage} from './pages.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Sends an error of the route as an HTML page, because people open its URL. */
    renderErrorPage?: (
      error: MariaError,
      request: FastifyRequest,
      reply: FastifyReply,
    ) => FastifyReply;
  }
}

interface FrameworkError {
  code?: string;
  statusCode?: number;
  message: string;
  validation?: Validation[];
  validationContext?: string;
}

const RETRY_AFTER_SECONDS = 2;
const CONFLICT =
  'Another request changed the same data at the same time, so nothing was done. Send the request again.';

export interface ErrorHooks {
  /** Rate limit of unknown URLs, because an attacker could search for valid ones. */
  limitUnknown: preHandlerAsyncHookHandler;
  onError: (error: MariaError, request: FastifyRequest) => void;
}

/** Registers the handlers that turn all errors into responses. Call it before routes are added. */
export const registerErrorHandler = (app: App, {limitUnknown, onError}: ErrorHooks): void => {
  const methods = createMethodFinder(app);
  app.setErrorHandler((error, request, reply) => {
    const mariaError = toMariaError(error as FrameworkError, request);
    onError(mariaError, request);
    return sendError(mariaError, request, reply);
  });
  app.setNotFoundHandler({preHandler: [limitUnknown]}, (request, reply) => {
    const allowed = methods(request.url);
    // A route that matches the URL also calls this handler if its resource does not exist.
    if (allowed.length === 0 || allowed.includes(request.method))
      return sendError(new NotFound(), request, reply);
    void reply.header('allow', allowed.join(', '));
    const message = `This URL does not support the method. Use ${allowed.join(' or ')}.`;
    return sendError(new MethodNotAllowed(message), request, reply);
  });
};

interface Unrouted {
  request: FastifyRequest;
  reply: FastifyReply;
  basePath: string;
}

/** Sends the error of a request that reached no route, as an HTML page if people open its URL. */
export const sendUnrouted = (error: MariaError, {request, reply, basePath}: Unrouted) => {
  if (!isPagePath(request.url)) return sendError(error, request, reply);
  const page = createErrorPage(error, request.headers['accept-language'], request.id);
  return reply.code(error.statusCode).headers(PAGE_HEADERS).send(renderPage(page, basePath));
};

export const sendError = (error: MariaError, request: FastifyRequest, reply: FastifyReply) => {
  const retryAfter =
    error.retryAfter ?? (error.statusCode === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  // A request that could not be parsed has no route, and no config.
  const {renderErrorPage} = request.routeOptions.config ?? {};
  if (renderErrorPage) return renderErrorPage(error, request, reply);
  // The URL is tested, because a wrong path or method matches no route that could declare it.
  const isSessionCall = /^\/api\/session(?=[/?]|$)/.test(request.url);
  return reply
    .code(error.statusCode)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({...error.toBody(request.id), ...(isSessionCall && {uuid: null})});
};

/** Returns the error for the response. With `request`, an abort by its client is detected. */
export const toMariaError = (error: FrameworkError, request?: FastifyRequest): MariaError => {
  if (error instanceof MariaError) return error;
  if (error.validation) return toInvalidRequest(error.validation, error.validationContext);
  if (error instanceof StoreUnavailable || isDatabaseDown(error)) {
    return new Unavailable(undefined, {cause: error});
  }
  if (isConflict(error)) return new Unavailable(CONFLICT, {cause: error});
  if (request && isAborted(request)) return new ClientAborted({cause: error});
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return createBodyTooLarge(error, request);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UnsupportedMediaType(undefined, {cause: error});
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new NotFound(undefined, {cause: error});
    case 'FST_ERR_BAD_URL':
      return unreadable('the percent-encoding of its URL is not valid. Encode a % as %25', error);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return unreadable(
        'the length of its body differs from its Content-Length. Send the right length',
        error,
      );
    default:
      return createFromStatus(error);
  }
};

/** The size is absent from a chunked body, and the limit from a request without a route. */
const createBodyTooLarge = (cause: FrameworkError, request?: FastifyRequest): BodyTooLarge => {
  const bytes = request?.headers['content-length'];
  const max = request?.routeOptions.bodyLimit;
  if (max === undefined) return new BodyTooLarge(undefined, {cause});
  const size = bytes === undefined ? '' : ` of ${bytes} bytes`;
  return new BodyTooLarge(
    `The body${size} is too large. Expected at most ${max} bytes. Send a smaller one.`,
    {cause},
  );
};

/** Returns whether the connection ended before the body. */
const isAborted = ({raw}: FastifyRequest): boolean => raw.destroyed && !raw.complete;

/** Maps 4xx errors of Fastify and its plugins to client errors. All others are server failures. */
const createFromStatus = (error: FrameworkError): MariaError => {
  const status = error.statusCode ?? 500;
  if (status === 416) return new RangeNotSatisfiable(undefined, {cause: error});
  if (status < 400 || status >= 500) return new Internal(undefined, {cause: error});
  return unreadable('it is not an HTTP request that this server supports', error);
};

/** The library's own message stays in the log, because it can repeat parts of the request. */
const unreadable = (why: string, cause: unknown): InvalidRequest =>
  new InvalidRequest(`The request cannot be read: ${why}.`, {cause});

import type {WireResponse, WireRequest} from './fuzz-http.js';
import type {RequestPlan} from './fuzz-requests.js';
import {createCheck, getOperations} from './openapi-document.js';
import type {Check, DescribedOperation, JsonSchema, OpenApiDocument} from './openapi-document.js';

/** Statuses that are allowed for a request that no operation describes. */
const REFUSALS = [400, 404, 405, 408, 413, 415, 431];

/** Compares a response with the description of its operation. */
export class ResponseChecker {
  private readonly checks = new Map<JsonSchema, Check>();
  private readonly refusal: Check;
  private readonly methods = new Map<string, Set<string>>();

  constructor(private readonly document: OpenApiDocument) {
    this.refusal = createCheck(document, {$ref: '#/components/schemas/ErrorBody'});
    for (const {path, method} of getOperations(document)) {
      this.methods.set(path, (this.methods.get(path) ?? new Set()).add(method));
    }
  }

  findErrors(plan: RequestPlan, request: WireRequest, response: WireResponse): string[] {
    const {operation, isOdd, method} = plan;
    const where = `${operation.operationId} ${response.status}`;
    if (response.status >= 500) return [`${where} ${response.body.toString().slice(0, 200)}`];
    if (isOdd && this.isRefusal(plan, response)) return [];
    // Another method of the same URL, for example a preflight request.
    if (method !== operation.method) return this.findRefusalErrors(plan, response);
    return [
      ...this.findResponseErrors(operation, response),
      ...this.findAcceptanceErrors(plan, request, response),
    ].map((fault) => `${where}: ${fault}`);
  }

  private isRefusal({operation, method}: RequestPlan, response: WireResponse): boolean {
    const {status, headers, body} = response;
    if (!REFUSALS.includes(status)) return false;
    if (method === 'HEAD') return true;
    const isPage = operation.responses['400']?.content?.['text/html'] !== undefined;
    if (isPage && headers['content-type']?.startsWith('text/html')) return looksLikePage(body);
    return /json/.test(headers['content-type'] ?? '') && this.refusal(parseJson(body)).length === 0;
  }

  private findRefusalErrors({operation, method}: RequestPlan, response: WireResponse): string[] {
    const {status} = response;
    // The console has no preflights.
    const preflight = operation.path.startsWith('/api/owner/') ? 404 : 204;
    if (method === 'OPTIONS' && status === preflight) return [];
    if (method === 'HEAD' && response.body.length === 0) return [];
    const own = getOperations(this.document).find(
      (describedOperation) =>
        describedOperation.method === method &&
        getPattern(describedOperation.path).test(operation.path),
    );
    if (own)
      return this.findResponseErrors(own, response).map((fault) => `${own.operationId}: ${fault}`);
    return [`${method} ${operation.path} answered ${status}`];
  }

  private findResponseErrors({responses}: DescribedOperation, response: WireResponse): string[] {
    const described = responses[response.status];
    if (!described) return ['is not described'];
    if (!response.headers['x-request-id'] && response.status !== 400) return ['has no request id'];
    if (!described.content) return response.body.length > 0 ? ['has a body'] : [];
    const type = (response.headers['content-type'] ?? '').split(';')[0] ?? '';
    const media = described.content[type];
    if (!media) return [`came as "${type}"`];
    if (type === 'text/html') return looksLikePage(response.body) ? [] : ['is no page'];
    if (type === 'application/zip') return response.body.includes('PK') ? [] : ['is no ZIP'];
    if (type === 'text/plain' || type === 'text/event-stream') return [];
    return this.checkOf(media.schema)(parseJson(response.body));
  }

  /**
   * Returns a fault if the server accepted a body that the schema refuses, whatever its
   * Content-Type.
   */
  private findAcceptanceErrors(
    {operation}: RequestPlan,
    {body}: WireRequest,
    {status}: WireResponse,
  ) {
    const media = operation.requestBody?.content['application/json'];
    if (!media || status >= 300) return [];
    if (!body || body.length === 0) {
      return operation.requestBody?.required ? ['took no body for one'] : [];
    }
    const faults = this.checkOf(media.schema)(parseJson(body));
    return faults.map((fault) => `took what the schema refuses: ${fault}`);
  }

  private checkOf(schema: JsonSchema): Check {
    const check = this.checks.get(schema) ?? createCheck(this.document, schema);
    this.checks.set(schema, check);
    return check;
  }
}

/**
 * Returns a pattern for the paths of a template. `/api/files/{id}` also matches
 * `/api/files/upload`.
 */
const getPattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);

const looksLikePage = (body: Buffer): boolean => body.includes('<html lang=');

/** Parses JSON like the server, which ignores a byte order mark. */
const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString().replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
};

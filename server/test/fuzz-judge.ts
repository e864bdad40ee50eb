import type {WireAnswer, WireRequest} from './fuzz-http.js';
import type {Plan} from './fuzz-requests.js';
import {checkOf, operationsOf} from './openapi-document.js';
import type {Check, DescribedOperation, JsonSchema, OpenApiDocument} from './openapi-document.js';

/** Statuses that are allowed for a request that no operation describes. */
const REFUSALS = [400, 404, 405, 408, 413, 415];

/** Compares a response with the description of its operation. */
export class Judge {
  private readonly checks = new Map<JsonSchema, Check>();
  private readonly refusal: Check;
  private readonly methods = new Map<string, Set<string>>();

  constructor(private readonly document: OpenApiDocument) {
    this.refusal = checkOf(document, {$ref: '#/components/schemas/ErrorBody'});
    for (const {path, method} of operationsOf(document)) {
      this.methods.set(path, (this.methods.get(path) ?? new Set()).add(method));
    }
  }

  faultsOf(plan: Plan, request: WireRequest, answer: WireAnswer): string[] {
    const {operation, isOdd, method} = plan;
    const where = `${operation.operationId} ${answer.status}`;
    if (answer.status >= 500) return [`${where} ${answer.body.toString().slice(0, 200)}`];
    if (isOdd && this.isRefusal(answer, method)) return [];
    // Another method of the same URL, for example a preflight request.
    if (method !== operation.method) return this.faultsOfOther(plan, answer);
    return [
      ...this.faultsOfAnswer(operation, answer),
      ...this.faultsOfAcceptance(plan, request, answer),
    ].map((fault) => `${where}: ${fault}`);
  }

  private isRefusal({status, headers, body}: WireAnswer, method: string): boolean {
    if (!REFUSALS.includes(status)) return false;
    if (method === 'HEAD') return true;
    return /json/.test(headers['content-type'] ?? '') && this.refusal(parsed(body)).length === 0;
  }

  private faultsOfOther({operation, method}: Plan, answer: WireAnswer): string[] {
    const {status} = answer;
    if (method === 'OPTIONS' && status === 204) return [];
    if (method === 'HEAD' && answer.body.length === 0) return [];
    const own = operationsOf(this.document).find(
      (one) => one.method === method && patternOf(one.path).test(operation.path),
    );
    if (own) return this.faultsOfAnswer(own, answer).map((fault) => `${own.operationId}: ${fault}`);
    return [`${method} ${operation.path} answered ${status}`];
  }

  private faultsOfAnswer({responses}: DescribedOperation, answer: WireAnswer): string[] {
    const described = responses[answer.status];
    if (!described) return ['is not described'];
    if (!answer.headers['x-request-id'] && answer.status !== 400) return ['has no request id'];
    if (!described.content) return answer.body.length > 0 ? ['has a body'] : [];
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    const media = described.content[type];
    if (!media) return [`came as "${type}"`];
    if (type === 'text/html') return answer.body.includes('<html lang=') ? [] : ['is no page'];
    if (type === 'application/zip') return answer.body.includes('PK') ? [] : ['is no ZIP'];
    if (type === 'text/plain' || type === 'text/event-stream') return [];
    return this.checkOf(media.schema)(parsed(answer.body));
  }

  /**
   * Returns a fault if the server accepted a body that the schema refuses, whatever its
   * Content-Type.
   */
  private faultsOfAcceptance({operation}: Plan, {body}: WireRequest, {status}: WireAnswer) {
    const media = operation.requestBody?.content['application/json'];
    if (!media || status >= 300) return [];
    if (!body || body.length === 0) {
      return operation.requestBody?.required ? ['took no body for one'] : [];
    }
    const faults = this.checkOf(media.schema)(parsed(body));
    return faults.map((fault) => `took what the schema refuses: ${fault}`);
  }

  private checkOf(schema: JsonSchema): Check {
    const check = this.checks.get(schema) ?? checkOf(this.document, schema);
    this.checks.set(schema, check);
    return check;
  }
}

/**
 * Returns a pattern for the paths of a template. `/api/files/{id}` also matches
 * `/api/files/upload`.
 */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Parses JSON like the server, which ignores a byte order mark. */
const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString().replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
};

import type {WireAnswer, WireRequest} from './fuzz-http.js';
import type {Plan} from './fuzz-requests.js';
import {checkOf, operationsOf} from './openapi-document.js';
import type {Check, DescribedOperation, JsonSchema, OpenApiDocument} from './openapi-document.js';

/** What may come back for what is no request to a described address at all. */
const REFUSALS = [400, 404, 405, 408, 413, 415];

/** Holds an answer against the description of what was asked. */
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
    // Another method of the same address, or what a page may ask first.
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

  /** What a schema refuses must not be taken, whatever it is called. */
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

/** `DELETE /api/files/upload` is a deletion of the file "upload". */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);

/** As the server reads it: a byte order mark is none of JSON's, and none of its faults. */
const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString().replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
};

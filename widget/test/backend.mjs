import {createHash, randomUUID} from 'node:crypto';

import {
  blankTalk,
  complete,
  cut,
  listMessages,
  readEvents,
  say,
  sendMessage,
  tell,
} from './live-backend.mjs';

/**
 * Answers as the backend does, over real HTTP, with its state in memory. `/test/…` steers it: a
 * test says which calls of its own site fail and how, and reads what was asked.
 */
export class Backend {
  constructor() {
    this.visits = new Map();
    this.faults = [];
    this.calls = [];
    this.configs = new Map();
    /** Sites that are served as by the first release. */
    this.oldSites = new Set();
  }

  /** True when the request was ours. */
  async handle(request, response) {
    const url = new URL(request.url, 'http://localhost');
    if (!/^\/(api|test)\//.test(url.pathname)) return false;
    const body = await read(request);
    if (url.pathname.startsWith('/test/')) this.#steer(url, JSON.parse(body || 'null'), response);
    else await this.#answer({request, url, body, response});
    return true;
  }

  #steer(url, body, response) {
    const steps = {
      '/test/fault': () => void this.faults.push({times: Infinity, heal: () => {}, ...body}),
      '/test/heal': () => this.#heal(body.site),
      '/test/old': () => void this.oldSites.add(body.site),
      '/test/config': () => void this.configs.set(body.site, body.config),
      '/test/deliver': () => void (this.visits.get(body.uuid).delayed = false),
      '/test/confirm': () => confirm(this.visits.get(body.uuid)),
      '/test/end': () => void (this.visits.get(body.uuid).ended = 'gone'),
      '/test/visit': () => void this.visits.set(body.uuid, {...blankVisit(), ...body}),
      '/test/calls': () => this.calls.filter(({site}) => site === body.site),
      '/test/state': () => shown(this.visits.get(body.uuid)),
      '/test/say': () => say(this.visits.get(body.uuid), body),
      '/test/complete': () => void complete(this.visits.get(body.uuid), body),
      '/test/tell': () =>
        void tell(this.visits.get(body.uuid), body.type, body.data, body.isFleeting),
      '/test/cut': () => void cut(this.visits.get(body.uuid)),
    };
    json(response, 200, steps[url.pathname]() ?? {});
  }

  #heal(healed) {
    for (const {site, heal} of this.faults) if (site === healed) heal();
    this.faults = this.faults.filter(({site}) => site !== healed);
  }

  async #answer({request, url, body, response}) {
    const uuid = String(request.headers['x-session-uuid'] ?? '').toLowerCase();
    const isJson = String(request.headers['content-type']).startsWith('application/json');
    const data = isJson ? JSON.parse(body.toString()) : null;
    const named = /^\/api\/sites\/([^/]+)\//.exec(url.pathname)?.[1];
    const left = url.pathname.endsWith('/leave') ? JSON.parse(body.toString()) : null;
    const site = named ?? data?.site ?? this.visits.get(left?.uuid ?? uuid)?.site;
    const call = {site, method: request.method, path: url.pathname, uuid, data: data ?? left};
    const {'content-type': type = null, 'idempotency-key': key = null} = request.headers;
    this.calls.push({...call, type, key});
    const fault = this.faults.find((one) => isMeant(one, call) && one.times-- > 0);
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.drop) return void response.destroy();
    if (fault?.status) return send(response, fault);
    const pattern = url.pathname.replace(
      /(sites|files|download)\/(?!upload|download)[^/]+/,
      '$1/*',
    );
    const route = routes[`${request.method} ${pattern}`];
    const answer = route
      ? route(this, {...call, body, headers: request.headers, url, response})
      : refuse(404, 'not_found', 'error');
    if (answer === STREAMED) return;
    if (fault?.isHeld) await new Promise((resolve) => void (fault.heal = resolve));
    if (answer) json(response, answer.status, answer.body);
    else response.writeHead(204).end();
  }
}

/** The route has answered by itself. */
const STREAMED = Symbol('streamed');

/** What of a visit can be told a test. */
const shown = (visit) => visit && {...visit, readers: visit.readers.size};

const blankVisit = () => ({
  ...blankTalk(),
  site: 'demo',
  token: `token-${randomUUID()}`,
  state: 'visit',
  isKnown: true,
  name: null,
  email: null,
  consents: [],
  answers: {},
  files: [],
  keys: {},
  steps: [],
});

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const isMeant = (fault, {site, method, path}) =>
  fault.site === site &&
  (fault.method ?? method) === method &&
  (fault.path === undefined || path.includes(fault.path));

const send = (response, {status, body, headers = {}}) => {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'Content-Type': isText ? 'text/html' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body ?? {}));
};

const json = (response, status, body) => send(response, {status, body});
const ok = (body, status = 200) => ({status, body});
const refuse = (httpStatus, code, status, message = code) => ({
  status: httpStatus,
  body: {status, code, message, request_id: 'test', uuid: null},
});

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const masked = (email) => (email ? `${email[0]}•••${email.slice(email.indexOf('@'))}` : null);

const sessionOf = (uuid, visit) => ({
  uuid,
  state: visit.state,
  name: visit.state === 'visit' ? null : visit.name,
  email_masked: masked(visit.email),
  pending_email_masked: masked(visit.newEmail),
  delayed: visit.delayed ?? false,
  consents: visit.consents.map(({purpose, granted}) => ({
    purpose,
    granted,
    recorded_at: new Date().toISOString(),
  })),
  files: visit.files,
  idle_expires_at:
    visit.state === 'visit' ? new Date(Date.now() + 30 * 60_000).toISOString() : null,
});

/** The questions are those of the site's conversation; the labels are the values. */
const withAnswers = (backend, uuid, visit) => {
  const steps = backend.configs.get(visit.site)?.conversation?.steps ?? [];
  const answers = Object.entries(visit.answers).map(([field, value]) => ({
    field,
    question: steps.find((step) => step.field === field)?.text ?? field,
    value,
    label: String(value),
  }));
  return {...sessionOf(uuid, visit), answers};
};

/** Runs what acts on a session, after its credentials have been looked at. */
const owned = (act) => (backend, call) => {
  const visit = backend.visits.get(call.uuid);
  const token = String(call.headers.authorization ?? '').replace('Bearer ', '');
  if (!call.uuid || !token) return refuse(401, 'token_required', 'error');
  if (!visit || visit.token !== token) return refuse(401, 'token_invalid', 'error');
  if (visit.ended) return refuse(410, 'session_gone', 'gone');
  return act(visit, call, backend);
};

const DEFAULT_LIMITS = {max_files: 3, min_files: 1, max_file_bytes: 5 * 1024 * 1024};

const configOf = (backend, site) => ({
  site,
  name: 'Test site',
  version: '0',
  limits: DEFAULT_LIMITS,
  privacy_url: 'https://example.com/privacy',
  conversation: null,
  ...backend.configs.get(site),
});

const generate = (backend, {data, url}) => {
  const uuid = randomUUID();
  const visit = {...blankVisit(), site: data.site};
  backend.visits.set(uuid, visit);
  const made = {status: 'success', uuid, token: visit.token, message: 'ok'};
  const isAsked = url.searchParams.has('config_locale') && !backend.oldSites.has(data.site);
  return ok(isAsked ? {...made, config: configOf(backend, data.site)} : made);
};

const validate = (backend, {data, headers}) => {
  if (!UUID_V4.test(data.uuid)) return refuse(400, 'invalid_uuid', 'invalid');
  const uuid = data.uuid.toLowerCase();
  const visit = backend.visits.get(uuid);
  if (!visit) {
    const claimed = {...blankVisit(), site: data.site};
    backend.visits.set(uuid, claimed);
    return ok({status: 'success', uuid, token: claimed.token, message: 'ok'});
  }
  if (headers.authorization !== `Bearer ${visit.token}`) {
    return refuse(409, 'uuid_collision', 'collision');
  }
  if (visit.ended) return refuse(410, 'session_gone', 'gone');
  return ok({status: 'success', uuid, message: 'ok', session: sessionOf(uuid, visit)});
};

const recordConsents = (visit, {data}) => {
  for (const consent of data.consents) {
    visit.consents = [
      ...visit.consents.filter(({purpose}) => purpose !== consent.purpose),
      consent,
    ];
  }
  return ok({consents: visit.consents});
};

const agreed = (visit) =>
  visit.consents.some(({purpose, granted}) => purpose === 'personal_data' && granted);

/** Withdrawing what all depends on erases a session, and empties a visit. */
const decideConsents = (visit, call) => {
  const answer = recordConsents(visit, call);
  if (agreed(visit)) return answer;
  visit.files = [];
  if (visit.state !== 'visit') visit.ended = 'gone';
  return answer;
};

const contact = (visit, {data}) => {
  if (!agreed(visit)) return refuse(403, 'consent_required', 'error');
  if (data.email.endsWith('.invalid')) return refuse(422, 'invalid_email', 'error');
  const delayed = data.email.endsWith('@delayed.example');
  Object.assign(visit, {state: 'pending', name: data.name, email: data.email, delayed});
  Object.assign(visit.answers, data.answers);
  return ok({state: 'pending', email_masked: `${data.email[0]}•••@masked.example`, delayed}, 202);
};

const upload = (visit, {body, headers}) => {
  if (!agreed(visit)) return refuse(403, 'consent_required', 'error');
  const key = headers['idempotency-key'];
  if (visit.keys[key]) return ok({file: visit.keys[key]});
  const text = body.toString('latin1');
  const size = Number(/name="size"\r\n\r\n(\d+)/.exec(text)?.[1] ?? Number.NaN);
  const name = Buffer.from(/filename="([^"]*)"/.exec(text)[1], 'latin1').toString();
  if (text.indexOf('name="size"') > text.indexOf('filename=')) {
    return refuse(400, 'size_mismatch', 'error');
  }
  if (name.startsWith('infected')) return refuse(422, 'file_infected', 'error');
  const id = randomUUID();
  const file = {
    id,
    name,
    size,
    content_type: 'application/pdf',
    sha256: createHash('sha256').update(contentOf(body)).digest('hex'),
    uploaded_at: new Date().toISOString(),
    url: `/api/files/download/${id}`,
  };
  visit.files.push(file);
  visit.keys[key] = file;
  return ok({file}, 201);
};

/** What stands between the file's own head and the closing boundary. */
const contentOf = (body) => {
  const head = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
  return body.subarray(head, body.lastIndexOf('\r\n--'));
};

const discard = (visit) => {
  visit.ended = 'gone';
};

const removeFile = (visit, {path}) => {
  visit.files = visit.files.filter(({id}) => !path.endsWith(id));
  const id = path.split('/').at(-1);
  for (const message of visit.messages)
    message.files = message.files.filter((file) => file.id !== id);
  tell(visit, 'file_deleted', {file_id: id});
};

const routes = {
  'GET /api/sites/*/config': (backend, {site}) => ok(configOf(backend, site)),
  'POST /api/session/generate-uuid': generate,
  'POST /api/session/validate-uuid': validate,
  'GET /api/session': owned((visit, {uuid}, backend) => ok(withAnswers(backend, uuid, visit))),
  'PUT /api/session/consents': owned(decideConsents),
  'POST /api/session/progress': owned((visit, {data}) => void visit.steps.push(data.step)),
  'POST /api/session/leave': () => undefined,
  'PUT /api/session/contact': owned(contact),
  'POST /api/session/verification': owned(({delayed = false}) => ok({delayed}, 202)),
  'PATCH /api/session': owned((visit, {data, uuid}) => {
    if (data.email) {
      visit.newEmail = data.email;
      visit.delayed = data.email.endsWith('@delayed.example');
    }
    if (data.name) visit.name = data.name;
    Object.assign(visit.answers, data.answers);
    return ok(sessionOf(uuid, visit));
  }),
  'DELETE /api/session': owned(discard),
  'GET /api/session/export': owned((visit) => ok({files: visit.files})),
  'GET /api/files/download/*': owned((_visit, {path}) =>
    ok({url: `/given/${path.split('/').at(-1)}`}),
  ),
  'GET /api/files': owned((visit) => ok({files: visit.files})),
  'POST /api/files/upload': owned(upload),
  'DELETE /api/files/*': owned(removeFile),
  'POST /api/messages': owned((visit, {data}) =>
    agreed(visit) ? sendMessage(visit, data) : refuse(403, 'consent_required', 'error'),
  ),
  'GET /api/messages': owned((visit, {url}) => ok(listMessages(visit, url))),
  'POST /api/messages/stop': owned((visit) => void visit.stopped++),
  'GET /api/events': owned((visit, call) => {
    readEvents(visit, call);
    return STREAMED;
  }),
};

/** As the mailed link does, of which whoever listens is told. */
const confirm = (visit) => {
  visit.state = 'complete';
  tell(visit, 'email_verified', {});
};

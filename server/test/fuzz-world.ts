import {v4} from 'uuid';

import type {GeneratedUuid} from '../contract/sessions.js';
import {ConfirmationLinks} from '../mail/links.js';
import type {RequestPlan} from './fuzz-requests.js';
import {PLACEHOLDERS} from './fuzz-requests.js';
import type {WireRequest} from './fuzz-http.js';
import {getConfirmationLink} from './mailbox.js';
import {callSuccessfully} from './retry-while-busy.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import type {TestServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

/** Strings that only the canary is allowed to receive. */
const CANARY = {
  name: 'Canaria Xylotheque',
  email: 'canaria.xylotheque@canary-q7x.example',
  fileName: 'xylotheque-secret-q7x.pdf',
};

const ATTACKERS = 8;

interface Attacker {
  visitor: Visitor;
  /** Account at another site than the canary's. */
  owner: OwnerClient;
  fileId: string;
  linkPath: string;
}

/**
 * The canary, a session that must stay secret and unchanged, and the attackers that send all
 * requests.
 */
export class FuzzWorld {
  private readonly attackers: Promise<Attacker>[] = [];
  private links: ConfirmationLinks;

  private constructor(
    private readonly server: TestServer,
    private readonly canary: Visitor,
    private readonly canaryFile: string,
    private readonly canaryLink: string,
  ) {
    this.links = new ConfirmationLinks(server.config.secrets, '');
  }

  static async open(server: TestServer): Promise<FuzzWorld> {
    const canary = await createVisitor(server.url);
    const bytes = makePdf(2_000);
    const {body} = await callSuccessfully(() => canary.upload(bytes, {name: CANARY.fileName}));
    await callSuccessfully(() => canary.contact(CANARY.email, CANARY.name));
    const link = getConfirmationLink(await server.mailbox.waitFor(CANARY.email));
    await callSuccessfully(() => fetch(link, {method: 'POST'}));
    const world = new FuzzWorld(server, canary, body.file.id, new URL(link).pathname.slice(8));
    for (let i = 0; i < ATTACKERS; i++) world.attackers.push(world.arrive(i));
    await Promise.all(world.attackers);
    return world;
  }

  /** Returns the request of a plan, with the values of this run in place of the placeholders. */
  async requestFor({path, headers, method, body, who}: RequestPlan): Promise<WireRequest> {
    const {visitor, owner, fileId, linkPath} = await this.attacker(who);
    // Its session ends, so it is not that of the other calls.
    const isSignOut = path.startsWith('/api/owner/sign-out');
    const {cookie} = isSignOut ? await OwnerClient.create(this.server) : owner;
    const put = (text: string): string =>
      text
        .replaceAll(PLACEHOLDERS.ownUuid, visitor.uuid)
        .replaceAll(PLACEHOLDERS.ownUuid.toUpperCase(), visitor.uuid.toUpperCase())
        .replaceAll(PLACEHOLDERS.ownToken, visitor.token)
        .replaceAll(PLACEHOLDERS.ownFile, fileId)
        .replaceAll(PLACEHOLDERS.ownLink, linkPath)
        .replaceAll(PLACEHOLDERS.ownCookie, cookie)
        .replaceAll(PLACEHOLDERS.canaryUuid, this.canary.uuid)
        .replaceAll(PLACEHOLDERS.canaryFile, this.canaryFile)
        .replaceAll(PLACEHOLDERS.bentToken, withLastCharacterChanged(this.canary.token))
        .replaceAll(PLACEHOLDERS.bentLink, withLastCharacterChanged(this.canaryLink));
    const hasPlaces = body?.includes('-3b1e') || body?.includes('-3B1E');
    return {
      method,
      path: put(path),
      headers: headers.map(([name, value]) => [name, put(value)]),
      ...(body && {body: hasPlaces ? Buffer.from(put(body.toString())) : body}),
    };
  }

  /** Starts another session for an attacker whose session has ended. */
  async renew(who: number): Promise<void> {
    const place = who % ATTACKERS;
    const before = this.attackers[place];
    const current = await before;
    if (before !== this.attackers[place] || !current) return;
    const {status} = await current.visitor.session();
    if (status === 410) this.attackers[place] = this.arrive(place);
  }

  /** Returns the canary's secrets that a response contains. */
  findLeaks(answer: string): string[] {
    const secrets = [...Object.values(CANARY), ...this.canary.token.split('.demo.'), 'canary-q7x'];
    return secrets.filter((secret) => answer.includes(secret));
  }

  /** Returns all stored data of the canary. */
  async canaryState() {
    const {sql} = this.server;
    const {uuid} = this.canary;
    const response = await callSuccessfully(() => this.canary.session());
    const {bytes} = await this.canary.download(this.canaryFile);
    return {
      answer: response.body,
      bytes: bytes.toString('base64'),
      session: await sql`select * from user_sessions where uuid = ${uuid}`,
      visit: await sql`select state, token_hash, site_key from visits where uuid = ${uuid}`,
      consents: await sql`select * from consents where session_uuid = ${uuid}`,
      verifications: await sql`select * from email_verifications where session_uuid = ${uuid}`,
      file: await sql`
        select id, file_name, sha256, state, is_deleted from file_uploads
        where session_uuid = ${uuid}`,
    };
  }

  private async attacker(who: number): Promise<Attacker> {
    return (await this.attackers[who % ATTACKERS]) as Attacker;
  }

  /** Creates an attacker. Every second attacker has submitted an e-mail address. */
  private async arrive(place: number): Promise<Attacker> {
    const visitor = await createVisitor(this.server.url);
    const owner = await OwnerClient.create(this.server, {roles: {workshop: 'owner'}});
    const bytes = makePdf(1_000);
    const {body} = await callSuccessfully(() => visitor.upload(bytes));
    const fileId = body.file.id;
    if (place % 2 === 0) return {visitor, owner, fileId, linkPath: `${v4()}.${'A'.repeat(43)}`};
    await callSuccessfully(() => visitor.contact(`bert-${v4()}@example.org`, 'Bert Beispiel'));
    const [row] = await this.server.sql<{id: string; keyId: string}[]>`
      select id, key_id as "keyId" from email_verifications where session_uuid = ${visitor.uuid}`;
    const linkPath = row
      ? this.links.createUrl(row.id, row.keyId).slice('/verify/'.length)
      : 'none';
    return {visitor, owner, fileId, linkPath};
  }
}

const createVisitor = async (url: string): Promise<Visitor> => {
  const {body} = await callSuccessfully(() =>
    request<GeneratedUuid>(url, 'POST', '/api/session/generate-uuid', {json: {}}),
  );
  const visitor = new Visitor(url, body.uuid, body.token);
  await callSuccessfully(() => visitor.consent({personal_data: true}));
  return visitor;
};

/** Returns a credential with its last character changed. */
const withLastCharacterChanged = (secret: string): string =>
  secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');

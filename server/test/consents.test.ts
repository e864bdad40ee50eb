import {createHash} from 'node:crypto';

import t from 'tap';

import type {ObjectStore} from '../object-store/object-store.js';
import {saveSite} from '../sites/store.js';
import {makePdf} from './pdf.js';
import {getAuditRows, listSessionKeys, getVisitState} from './session-helpers.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {listStoredKeys, getFileRows} from './stored-files.js';
import {Visitor} from './visitor.js';

const ASKS_FOR_ANSWERS = {
  id: 'answers',
  type: 'consent' as const,
  purpose: 'ai_answers' as const,
  text: 'May the assistant read your files?',
};

void t.test('consents', async (t) => {
  const server = await startServer(t);

  await t.test(
    'are recorded with their wording and its hash, each decision separately',
    async (t) => {
      const visitor = await Visitor.arrive(server.url);
      const wording = 'Dürfen wir Ihre Daten speichern? 🙂 نعم';
      const decide = (granted: boolean) =>
        visitor.call('PUT', '/api/session/consents', {
          json: {consents: [{purpose: 'ai_training', granted, wording, locale: 'de-AT'}]},
        });

      await decide(false);
      await decide(true);
      const {status, body} = await decide(false);

      t.equal(status, 200);
      t.match(body, {consents: [{purpose: 'ai_training', granted: false}]});
      const rows = await server.sql`
      select decision, wording, encode(wording_sha256, 'hex') as hash, locale from consents
      where session_uuid = ${visitor.uuid} order by id`;
      const hash = createHash('sha256').update(wording).digest('hex');
      t.same(
        [...rows],
        ['refused', 'granted', 'refused'].map((decision) => ({
          decision,
          wording,
          hash,
          locale: 'de-AT',
        })),
      );
      for (const [event, count] of [
        ['consent_refused', 1],
        ['consent_given', 1],
        ['consent_withdrawn', 1],
      ] as const) {
        t.equal((await getAuditRows(server, visitor.uuid, event)).length, count, event);
      }
    },
  );

  await t.test('are one row for repeated decisions on one wording within a minute', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const decide = async (granted: boolean, wording: string, locale = 'en') => {
      const consents = [{purpose: 'ai_training', granted, wording, locale}];
      await visitor.call('PUT', '/api/session/consents', {json: {consents}});
    };
    const getRows = async () =>
      (
        await server.sql<{decision: string; wording: string}[]>`
          select decision, wording from consents where session_uuid = ${visitor.uuid} order by id`
      ).map(({decision, wording}) => `${decision} ${wording}`);

    await Promise.all(Array.from({length: 8}, () => decide(true, 'May we?')));
    t.same(await getRows(), ['granted May we?']);
    await decide(true, 'May we train?');
    await decide(true, 'May we?');
    t.same(await getRows(), ['granted May we?', 'granted May we train?']);
    await decide(false, 'May we?');
    await decide(true, 'May we?');
    const changed = ['refused May we?', 'granted May we?'];
    t.same((await getRows()).slice(2), changed, 'each change of the decision is recorded');
    t.match((await visitor.session()).body.consents, [{granted: true}]);
    t.equal((await getAuditRows(server, visitor.uuid, 'consent_given')).length, 3);

    await aMinuteLater(server, visitor);
    await decide(true, 'May we?');
    t.equal((await getRows()).length, 5, 'a minute later it is a separate decision');
  });

  await t.test('are at most 100 rows, and every granted consent can be withdrawn', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('many@example.com');
    const decide = (purpose: string, granted: boolean, wording: string) =>
      retryWhileBusy(() =>
        visitor.call('PUT', '/api/session/consents', {
          json: {consents: [{purpose, granted, wording, locale: 'en'}]},
        }),
      );
    const count = async () =>
      (await server.sql`select from consents where session_uuid = ${visitor.uuid}`).length;
    for (let i = 1; i < 95; i++) await decide('ai_training', true, `Wording ${i}`);
    t.equal(await count(), 95);

    const wordings = Array.from({length: 12}, (_, i) => `Another wording ${i}`);
    const responses = await Promise.all(
      wordings.map((wording) => decide('ai_training', true, wording)),
    );

    t.same(responses.filter(({status}) => status === 200).length, 5, 'the last free rows');
    const refused = responses.find(({status}) => status !== 200);
    t.match(refused, {status: 409, body: {status: 'error', code: 'too_many_consents', uuid: null}});
    const consents = [{purpose: 'ai_training', granted: true, wording: 'New', locale: 'en'}];
    const patched = await visitor.call('PATCH', '/api/session', {json: {name: 'Bert', consents}});
    t.match(patched, {status: 409, body: {code: 'too_many_consents'}});
    const given = await visitor.contact('many@example.com', 'Bert', {consents});
    t.match(given, {status: 409, body: {code: 'too_many_consents'}});
    t.equal(
      (await visitor.session()).body.name,
      'Anna Beispiel',
      'none of these changes is stored',
    );
    t.equal(await count(), 100);
    t.equal((await decide('ai_training', false, 'No more')).status, 200);
    t.equal((await decide('ai_training', true, 'Again')).status, 409);
    t.equal(await count(), 101);
    t.equal((await decide('personal_data', false, 'Nothing more')).status, 200);
    t.equal(await getVisitState(server, visitor.uuid), 'erased');
  });

  await t.test('accept a wording of at most 4,000 characters in any script', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const decide = (wording: string) =>
      visitor.call('PUT', '/api/session/consents', {
        json: {
          consents: ['personal_data', 'ai_training', 'ai_training'].map((purpose) => ({
            purpose,
            granted: true,
            wording,
            locale: 'ja',
          })),
        },
      });

    t.equal((await decide('同'.repeat(4_000))).status, 200);
    t.equal((await decide('x'.repeat(4_001))).status, 400);
    t.equal((await decide('')).status, 400);
  });

  await t.test('refuse a wording that no database can store as a client error', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    for (const wording of ['a\0b', 'half \ud83d', '\ude00 half']) {
      const {status, body} = await visitor.call('PUT', '/api/session/consents', {
        json: {consents: [{purpose: 'personal_data', granted: true, wording, locale: 'en'}]},
      });
      t.same([status, body['code']], [400, 'invalid_request']);
    }
  });

  await t.test('are all refused if one has an unknown purpose', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const {status} = await visitor.consent({personal_data: true, marketing: true});
    t.equal(status, 400);
    t.same((await visitor.session()).body.consents, []);
  });

  await t.test('to the reading of files are accepted if the site asks for them', async (t) => {
    const settings = {
      conversation: {
        version: 1 as const,
        steps: [ASKS_FOR_ANSWERS, {id: 'done', type: 'end' as const, outcome: 'complete' as const}],
      },
    };
    const allowedOrigins = ['https://a.example'];
    await saveSite(server.sql, {
      key: 'asks',
      name: 'A',
      allowedOrigins,
      notifyEmail: null,
      settings,
    });
    const visitor = await Visitor.arrive(server.url);
    const asked = await Visitor.arrive(server.url, 'asks');

    const refused = await visitor.consent({personal_data: true, ai_answers: true});

    t.same([refused.status, refused.body['code']], [400, 'invalid_request']);
    t.match(refused.body['faults'], [{path: '/consents/1/purpose'}]);
    t.same((await visitor.session()).body.consents, []);
    t.equal((await asked.consent({personal_data: true, ai_answers: true})).status, 200);
    await server.sql`update sites set settings = '{}' where key = 'asks'`;
    await until(async () => (await asked.consent({ai_answers: true})).status === 400);
    const withdrawn = await asked.consent({ai_answers: false});
    t.equal(
      withdrawn.status,
      200,
      'a granted consent can be withdrawn even if the site does not ask for it',
    );
  });

  await t.test('delete the uploads if the storage of data is refused', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());
    await visitor.upload(makePdf());
    t.equal((await listSessionKeys(server, visitor.uuid)).length, 2);

    const {status} = await visitor.consent({personal_data: false});

    t.equal(status, 200);
    t.same(await visitor.files(), []);
    await until(async () => (await listSessionKeys(server, visitor.uuid)).length === 0);
    t.equal((await visitor.upload(makePdf())).status, 403);
    await visitor.consent({personal_data: true});
    t.equal(
      (await visitor.upload(makePdf())).status,
      201,
      'uploads are allowed after another consent',
    );
  });

  await t.test('delete nothing if the training is refused', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    await visitor.consent({ai_training: false});

    t.equal((await visitor.files()).length, 1);
    t.equal((await listSessionKeys(server, visitor.uuid)).length, 1);
  });

  await t.test('erase the session if its storage is withdrawn', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('withdrawn@example.com');

    t.equal((await visitor.consent({personal_data: false})).status, 200);

    t.equal(await getVisitState(server, visitor.uuid), 'erased');
    t.equal((await visitor.session()).status, 410);
    t.equal((await server.sql`select from user_sessions where uuid = ${visitor.uuid}`).length, 0);
  });
});

/** Makes the consents a minute older. Only the owner of the database can change these rows. */
const aMinuteLater = async ({sql}: TestServer, {uuid}: Visitor): Promise<void> => {
  await sql.begin(async (tx) => {
    await tx`alter table consents disable trigger consents_append_only`;
    await tx`
      update consents set recorded_at = recorded_at - interval '61 seconds'
      where session_uuid = ${uuid}`;
    await tx`alter table consents enable trigger consents_append_only`;
  });
};

t.test('a consent that is withdrawn during an upload', async (t) => {
  const server = await startServer(t);
  const {objects} = server;
  let open: () => void = () => undefined;
  const late = Object.assign(Object.create(objects) as ObjectStore, {
    put: async (...given: Parameters<ObjectStore['put']>) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      await objects.put(...given);
    },
  });
  const beside = await startServer(t, {beside: server, deps: {objects: late}});
  const removedOnce = async ({uuid}: Visitor) => {
    const [row] = await server.sql`
      select removals from file_uploads where session_uuid = ${uuid}`;
    return row === undefined || row['removals'] === 1;
  };

  for (const end of ['refusal', 'discard'] as const) {
    await t.test(`by ${end}: an object that is stored afterwards is deleted`, async (t) => {
      const visitor = (await Visitor.consenting(server.url)).at(beside.url);
      const upload = visitor.upload(makePdf());
      await until(async () => (await getFileRows(server)).some(({state}) => state === 'uploading'));

      if (end === 'refusal') await visitor.at(server.url).consent({personal_data: false});
      else await visitor.at(server.url).call('DELETE', '/api/session');
      await until(() => removedOnce(visitor));
      open();

      t.not((await upload).status, 201);
      await until(async () => (await listStoredKeys(server)).length === 0);
    });
  }
});

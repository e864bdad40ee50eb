import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

import {build} from 'esbuild';
import t from 'tap';

import {confirmLink} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const EMAIL = 'headless@example.com';

/** The functions of `widget/test/headless-visit.ts`, which is compiled for browsers. */
interface HeadlessVisit {
  visit: (options: {
    api: string;
    name: string;
    email: string;
    files: File[];
    message: string;
    confirm: () => Promise<unknown>;
  }) => Promise<{reference: string; lines: string[]; events: string[]; kept: string[]}>;
}

t.test('the core of the widget holds a whole conversation without a page', async (t) => {
  const {mailbox, sql, url} = await startServer(t);
  const outfile = path.join(await temporaryFolder(t), 'headless-visit.mjs');
  const {metafile} = await build({
    entryPoints: [path.join(PROJECT, 'widget/test/headless-visit.ts')],
    absWorkingDir: PROJECT,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    tsconfig: path.join(PROJECT, 'widget/tsconfig.json'),
    metafile: true,
  });
  const {visit} = (await import(pathToFileURL(outfile).href)) as HeadlessVisit;
  const pdf = (name: string) => new File([makePdf()], name, {type: 'application/pdf'});

  const {reference, lines, events, kept} = await visit({
    api: url,
    name: 'Ana',
    email: EMAIL,
    files: [pdf('one.pdf'), pdf('two.pdf')],
    message: 'Is a scan enough?',
    confirm: async () => confirmLink(getConfirmationLink(await mailbox.waitFor(EMAIL))),
  });

  const [session] = await sql`
    select name, email, verified from user_sessions where uuid = ${reference}`;
  t.same(session, {name: 'Ana', email: EMAIL, verified: true});
  const consents = await sql`
    select purpose, decision from consents where session_uuid = ${reference} order by purpose`;
  t.same(
    [...consents],
    [
      {purpose: 'ai_training', decision: 'refused'},
      {purpose: 'personal_data', decision: 'granted'},
    ],
  );
  const files = await sql<{file_name: string}[]>`
    select file_name from file_uploads where session_uuid = ${reference}`;
  t.same(files.map(({file_name}) => file_name).sort(), ['one.pdf', 'two.pdf']);
  const messages = await sql`select body from messages where session_uuid = ${reference}`;
  t.same([...messages], [{body: 'Is a scan enough?'}]);
  t.equal(lines.at(-1), 'visitor: Is a scan enough?');
  t.match(lines[1], /^maria: What is your name/);
  for (const event of ['maria-step', 'maria-consent', 'maria-file-uploaded', 'maria-submitted']) {
    t.ok(events.includes(event), event);
  }
  t.equal(events.filter((event) => event === 'maria-complete').length, 1);
  t.ok(kept.includes('maria-chat:demo:session_uuid'));

  const folders = Object.keys(metafile.inputs).map((file) => file.split('/').slice(0, 2).join('/'));
  const expected = ['server/contract', 'widget/core', 'widget/events.ts', 'widget/i18n'];
  t.same([...new Set(folders)].sort(), [...expected, 'widget/test']);
});

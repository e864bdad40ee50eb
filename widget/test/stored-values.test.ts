import {expect} from '@open-wc/testing';

import {
  backend,
  inside,
  mountOpen,
  newSite,
  pdf,
  press,
  reachEmail,
  sitePage,
  store,
  stored,
  storedKeys,
  until,
  untilQuiet,
  untilSaid,
} from './helpers.js';
import {attach, field, said, untilSent, uuidOf, write} from './talking.js';

interface Unsent {
  client_id: string;
  body: string;
  file_ids: string[];
  at: number;
}

const read = (site: string, key: string) => JSON.parse(stored(site, key)!) as unknown;

const sentFiles = async (site: string) => {
  const {messages} = await backend.visit(uuidOf(site));
  return messages.map(({body, files}) => [body, ...files.map(({name}) => name)]);
};

/** Goes to the e-mail step: after the upload step, files can be added to messages. */
const startWriting = async (chat: Element) => {
  await reachEmail(chat);
  await press(chat, 'Ask a question');
  await until(() => field(chat), 'the field');
};

/** Writes a message with a file in the built widget, and stores it because it cannot be sent. */
const storeUnsent = async () => {
  const site = newSite();
  const {chat, window: page} = await sitePage(`site=${site}`);
  inside(chat, '.launcher')!.click();
  await startWriting(chat);
  await backend.fault(site, {path: '/api/messages', method: 'POST', drop: true});
  await attach(chat, pdf('letter.pdf'));
  await write(chat, 'Here it is');
  await until(() => inside(chat, '.delivery .link'), 'the message to wait');
  const [unsent] = read(site, 'outgoing') as [Unsent];
  // Without its frame the page sends nothing more.
  page.frameElement!.remove();
  return {site, unsent};
};

const deleteFile = async (site: string, id: string) => {
  const [uuid, token] = stored(site, 'token')!.split(' ');
  const headers = {'X-Session-UUID': uuid!, Authorization: `Bearer ${token}`};
  expect((await fetch(`/api/files/${id}`, {method: 'DELETE', headers})).ok).to.equal(true);
};

const comeBack = async (site: string) => {
  const chat = await mountOpen(site);
  await press(chat, 'Continue');
  return chat;
};

describe('values in localStorage', () => {
  it('the built widget stores them under documented keys', async () => {
    const {site, unsent} = await storeUnsent();
    const {files} = await backend.visit(uuidOf(site));
    const answers = read(site, 'answers') as {decisions: Record<string, object>};

    expect(unsent).to.have.all.keys('client_id', 'body', 'file_ids', 'at');
    const letter = files.find(({name}) => name === 'letter.pdf')!;
    expect(unsent.file_ids).to.deep.equal([letter.id]);
    expect(answers).to.have.all.keys(
      ...['name', 'answers', 'decisions', 'isStarted', 'done', 'idleMs', 'touchedAt'],
    );
    expect(answers.decisions).to.have.all.keys('personal_data', 'ai_training');
    for (const decision of Object.values(answers.decisions))
      expect(decision).to.have.all.keys('granted', 'wording', 'locale', 'isRecorded');
    expect(
      storedKeys(site)
        .map((key) => key.split(':').at(-1))
        .sort(),
    ).to.deep.equal(['answers', 'open', 'outgoing', 'session_uuid', 'talk', 'token']);
  });

  it('a message that the backend has refused waits for the visitor, also after a reload', async () => {
    const site = newSite();
    const chat = await mountOpen(site);
    await startWriting(chat);
    await backend.fault(site, {path: '/api/messages', method: 'POST', status: 422, body: {}});
    await write(chat, 'Refused');
    await until(() => inside(chat, '.delivery .link'), 'the refusal');
    expect((read(site, 'outgoing') as object[])[0]).to.include({is_refused: true});
    chat.remove();
    const again = await comeBack(site);
    await untilSaid(again, 'Refused');
    expect(inside(again, '.delivery')!.textContent).to.include('Not sent yet.');
    await backend.heal(site);
    await press(again, 'Try again: Refused');
    await untilSent(again);
    expect(await sentFiles(site)).to.deep.equal([['Refused']]);
    expect(stored(site, 'outgoing')).to.equal(null);
  });

  for (const key of ['$12', '$a', 'fileIds']) {
    it(`a message whose files an older widget stored under ${key} is sent with them`, async () => {
      const {site, unsent} = await storeUnsent();
      const {client_id: clientId, body, file_ids: ids, at} = unsent;
      store(site, 'outgoing', JSON.stringify([{clientId, body, [key]: ids, at}]));
      await backend.heal(site);
      const again = await comeBack(site);
      await untilSaid(again, 'Here it is');
      await untilSent(again);
      expect(await sentFiles(site)).to.deep.equal([['Here it is', 'letter.pdf']]);
    });
  }

  it('a message without a list of its files is discarded', async () => {
    const {site, unsent} = await storeUnsent();
    const {client_id: clientId, body, at} = unsent;
    store(site, 'outgoing', JSON.stringify([{clientId, body, at}, null, 7, {client_id: 1}]));
    await backend.heal(site);
    const again = await comeBack(site);
    await until(() => inside(again, 'input[type=email]'), 'the e-mail step');
    await press(again, 'Ask a question');
    await until(() => field(again), 'the field');
    await untilQuiet(site);
    expect(await sentFiles(site)).to.deep.equal([]);
    expect(said(again).some((line) => line.includes('Here it is'))).to.equal(false);
  });

  it('a message keeps its files when the page is loaded while the backend is unavailable', async () => {
    const {site, unsent} = await storeUnsent();
    await backend.fault(site, {path: '/api/', drop: true});
    const again = await mountOpen(site);
    await untilSaid(again, 'Here it is');
    // Another message makes the widget store both.
    await press(again, 'Continue');
    await until(() => inside(again, 'input[type=email]'), 'the e-mail step');
    await press(again, 'Ask a question');
    await until(() => field(again), 'the field');
    await write(again, 'And a question');
    await untilSaid(again, 'And a question');
    const both = read(site, 'outgoing') as Unsent[];
    expect(both.map(({file_ids: ids}) => ids)).to.deep.equal([unsent.file_ids, []]);
    await backend.heal(site);
    await until(() => {
      window.dispatchEvent(new Event('online'));
      return !inside(again, '.delivery');
    }, 'both to be sent');
    expect(await sentFiles(site)).to.deep.equal([['Here it is', 'letter.pdf'], ['And a question']]);
  });

  it('a message does not name a file that was deleted before it was sent', async () => {
    const {site, unsent} = await storeUnsent();
    await deleteFile(site, unsent.file_ids[0]!);
    await backend.heal(site);
    const again = await comeBack(site);
    await untilSaid(again, 'Here it is');
    await untilSent(again);
    const sent = (await backend.calls(site)).filter(
      ({method, path}) => method === 'POST' && path === '/api/messages',
    );
    expect(sent.at(-1)!.data).to.not.have.property('file_ids');
  });
});

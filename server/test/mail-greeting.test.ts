import t from 'tap';

import {readConfig} from '../config/config.js';
import {runDoctor} from './run-doctor.js';
import {startServer} from './start-server.js';
import {startStrictRelay} from './strict-relay.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('the name in EHLO is the host of PUBLIC_URL if that is a full name', (t) => {
  const getNameFor = (PUBLIC_URL: string) =>
    readConfig({PUBLIC_URL, SECRET_KEY: 's'.repeat(32)}).mail.ehloName;
  t.equal(getNameFor('https://chat.example.com:8443/maria'), 'chat.example.com');
  t.equal(getNameFor('https://chat.bücher.example'), 'chat.xn--bcher-kva.example');
  for (const url of [
    'http://localhost:8080',
    'http://chat',
    'http://chat.localhost',
    'http://192.0.2.1',
    'http://[2001:db8::1]',
  ]) {
    t.equal(getNameFor(url), undefined, url);
  }
  t.end();
});

void t.test('a mail server that requires a full name in EHLO', async (t) => {
  const relay = await startStrictRelay(t);
  const settings = {PUBLIC_URL: 'http://chat.example.com'};
  const server = await startServer(t, {settings, deps: {smtpUrl: relay.url}});
  const {mail} = server.config;

  await t.test('receives the e-mail for a visitor', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('anna@example.com');
    await until(() => relay.names.length > 0);
    t.same(new Set(relay.names), new Set(['chat.example.com']));
  });

  await t.test('passes the doctor, and so does a name in SMTP_URL', async (t) => {
    t.same((await runDoctor(server, {mail: {...mail, smtpUrl: relay.url}})).findingsAt('fail'), [
      'public reachable',
    ]);
    relay.names.length = 0;
    await runDoctor(server, {mail: {...mail, smtpUrl: `${relay.url}?name=mail.example.org`}});
    t.same(new Set(relay.names), new Set(['mail.example.org']));
  });

  await t.test('is reported by the doctor as the cause when it rejects a short name', async (t) => {
    const nameless = {...mail, smtpUrl: `${relay.url}?name=vm`, ehloName: undefined};
    const {findings} = await runDoctor(server, {mail: nameless});
    t.match(
      findings.find(({part, level}) => part === 'mail' && level === 'fail'),
      {
        check: 'server',
        found: /421/,
        advice: /^The server refused the name vm in EHLO.*PUBLIC_URL/,
      },
    );
  });

  await t.test('is also reported when it rejects the name only with an e-mail', async (t) => {
    const late = await startStrictRelay(t, {atRecipient: true});
    const nameless = {...mail, smtpUrl: `${late.url}?name=vm`};
    const {findings} = await runDoctor(server, {mail: nameless}, '--mail', 'you@example.com');
    t.match(
      findings.find(({check}) => check === 'test mail'),
      {level: 'fail', advice: /^The server refused the name vm in EHLO/},
    );
  });
});

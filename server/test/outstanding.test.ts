import t from 'tap';

import {PendingReplies} from '../database/driver/pending-replies.js';

const message = (type: string, body = ''): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(length.length + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
};
const messages = (types: string, body = '') =>
  Buffer.concat([...types].map((type) => message(type, body)));

const greeted = (): PendingReplies => {
  const outstanding = new PendingReplies();
  outstanding.recordSent(Buffer.from('\0\0\0\x08\0\x03\0\0'));
  outstanding.recordSent(message('p', 'secret'));
  outstanding.recordReceived(messages('RRSSK', 'some'));
  t.notOk(outstanding.isEmpty, 'until the server is ready');
  outstanding.recordReceived(message('Z', 'I'));
  t.ok(outstanding.isEmpty);
  return outstanding;
};

t.test('each query expects a separate response', (t) => {
  const outstanding = greeted();

  outstanding.recordSent(messages('PDBES', 'select'));
  outstanding.recordSent(Buffer.concat([message('Q', 'select'), messages('BES')]));
  for (const isLast of [false, false, true]) {
    outstanding.recordReceived(messages('12TDDC', 'Z\0\0\0\x05I'));
    t.notOk(outstanding.isEmpty, 'in the middle of a response');
    outstanding.recordReceived(message('Z', 'I'));
    t.equal(outstanding.isEmpty, isLast);
  }
  t.end();
});

t.test('a statement with a description expects its response too', (t) => {
  const outstanding = greeted();

  outstanding.recordSent(messages('BES'));
  outstanding.recordSent(messages('PDH', 'select'));
  outstanding.recordReceived(messages('2CZ', 'x'));
  t.notOk(outstanding.isEmpty, 'after another response');
  outstanding.recordReceived(messages('1t', 'x'));
  t.notOk(outstanding.isEmpty);
  outstanding.recordSent(messages('BES', 'x'));
  outstanding.recordReceived(messages('2DCZ', 'x'));

  t.ok(outstanding.isEmpty);
  t.end();
});

t.test('the position of cuts between messages makes no difference', (t) => {
  const outstanding = greeted();
  const there = messages('PDBESQBES', 'body');
  const back = Buffer.concat([messages('12DCZ', 'x'), messages('CZ', 'yy'), messages('2DCZ', 'z')]);

  for (const byte of there) outstanding.recordSent(Buffer.of(byte));
  for (const byte of back.subarray(0, -7)) outstanding.recordReceived(Buffer.of(byte));
  t.notOk(outstanding.isEmpty);
  for (const byte of back.subarray(-7)) outstanding.recordReceived(Buffer.of(byte));

  t.ok(outstanding.isEmpty);
  t.end();
});

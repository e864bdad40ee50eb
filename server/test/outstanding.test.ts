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
  outstanding.sent(Buffer.from('\0\0\0\x08\0\x03\0\0'));
  outstanding.sent(message('p', 'secret'));
  outstanding.received(messages('RRSSK', 'some'));
  t.notOk(outstanding.isEmpty, 'until the server is ready');
  outstanding.received(message('Z', 'I'));
  t.ok(outstanding.isEmpty);
  return outstanding;
};

t.test('each query expects a separate response', (t) => {
  const outstanding = greeted();

  outstanding.sent(messages('PDBES', 'select'));
  outstanding.sent(Buffer.concat([message('Q', 'select'), messages('BES')]));
  for (const isLast of [false, false, true]) {
    outstanding.received(messages('12TDDC', 'Z\0\0\0\x05I'));
    t.notOk(outstanding.isEmpty, 'in the middle of a response');
    outstanding.received(message('Z', 'I'));
    t.equal(outstanding.isEmpty, isLast);
  }
  t.end();
});

t.test('a statement with a description expects its response too', (t) => {
  const outstanding = greeted();

  outstanding.sent(messages('BES'));
  outstanding.sent(messages('PDH', 'select'));
  outstanding.received(messages('2CZ', 'x'));
  t.notOk(outstanding.isEmpty, 'after another response');
  outstanding.received(messages('1t', 'x'));
  t.notOk(outstanding.isEmpty);
  outstanding.sent(messages('BES', 'x'));
  outstanding.received(messages('2DCZ', 'x'));

  t.ok(outstanding.isEmpty);
  t.end();
});

t.test('the position of cuts between messages makes no difference', (t) => {
  const outstanding = greeted();
  const there = messages('PDBESQBES', 'body');
  const back = Buffer.concat([messages('12DCZ', 'x'), messages('CZ', 'yy'), messages('2DCZ', 'z')]);

  for (const byte of there) outstanding.sent(Buffer.of(byte));
  for (const byte of back.subarray(0, -7)) outstanding.received(Buffer.of(byte));
  t.notOk(outstanding.isEmpty);
  for (const byte of back.subarray(-7)) outstanding.received(Buffer.of(byte));

  t.ok(outstanding.isEmpty);
  t.end();
});

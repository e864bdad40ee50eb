import t from 'tap';

import {getSettingErrors, readSettings} from './read-settings.js';

void t.test('production', async (t) => {
  const whole = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://chat.example.com',
    DATABASE_URL: 'postgres://db.example.com/maria?sslmode=verify-full',
    S3_BUCKET: 'files',
    SMTP_URL: 'smtps://mail.example.com',
    MAIL_FROM: 'maria@example.com',
  };

  await t.test('starts with all required settings', (t) => {
    t.same(getSettingErrors(whole), []);
    t.equal(readSettings(whole).production, true);
    t.end();
  });

  await t.test('reports all missing settings together', (t) => {
    const faults = getSettingErrors({NODE_ENV: 'production', SECRET_KEY: ''}).join('\n');
    for (const name of [
      'SECRET_KEY',
      'PUBLIC_URL',
      'DATABASE_URL',
      'S3_BUCKET',
      'SMTP_URL',
      'MAIL_FROM',
    ]) {
      t.match(faults, new RegExp(`${name}.* must be set`), name);
    }
    t.end();
  });

  for (const name of Object.keys(whole).filter((key) => key !== 'NODE_ENV')) {
    await t.test(`does not start without ${name}`, (t) => {
      t.match(getSettingErrors({...whole, [name]: ''}), [new RegExp(name)]);
      t.end();
    });
  }

  await t.test('does not start under http', (t) => {
    t.match(getSettingErrors({...whole, PUBLIC_URL: 'http://chat.example.com'}), [/https/]);
    const CONSOLE_URL = 'http://console.example.com/console/';
    t.match(getSettingErrors({...whole, CONSOLE_URL}), [/CONSOLE_URL must begin with https/]);
    t.end();
  });

  await t.test('accepts only whole hours for a link', (t) => {
    for (const hours of ['0.001', '1.5']) {
      const faults = getSettingErrors({...whole, VERIFICATION_HOURS: hours});
      t.same(faults, [`VERIFICATION_HOURS must be whole hours in production, but is "${hours}".`]);
      t.same(getSettingErrors({VERIFICATION_HOURS: hours}), []);
    }
    t.same(getSettingErrors({...whole, VERIFICATION_HOURS: '1'}), []);
    t.end();
  });

  await t.test('requires sslmode for a remote database, and accepts sslmode=disable', (t) => {
    const getErrorsAt = (url: string) => getSettingErrors({...whole, DATABASE_URL: url});
    t.match(getErrorsAt('postgres://db.example.com/maria'), [
      /^DATABASE_URL must have sslmode for a remote/,
    ]);
    t.match(getErrorsAt('postgres://db.example.com/maria?sslmode=prefer'), [
      /^DATABASE_URL must have sslmode/,
    ]);
    t.same(getErrorsAt('postgres://db.example.com/maria?sslmode=disable'), []);
    t.same(getErrorsAt('postgres://maria:secret@127.0.0.1:5432/maria'), []);
    t.end();
  });

  await t.test('requires TLS for a remote store, unless S3_ALLOW_HTTP is true', (t) => {
    for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT']) {
      const plain = {...whole, [name]: 'http://store.example.com:9000'};
      t.match(getSettingErrors(plain), [new RegExp(`^${name} must begin with https`)]);
      t.same(getSettingErrors({...plain, S3_ALLOW_HTTP: 'true'}), []);
      t.same(getSettingErrors({...whole, [name]: 'http://127.0.0.1:9000'}), []);
      t.same(getSettingErrors({...whole, [name]: 'https://store.example.com'}), []);
    }
    t.same(getSettingErrors({S3_BUCKET: 'files', S3_ENDPOINT: 'http://store.example.com'}), []);
    t.end();
  });

  await t.test(
    'requires TLS for a remote mail server, unless SMTP_ALLOW_PLAINTEXT is true',
    (t) => {
      const plain = {...whole, SMTP_URL: 'smtp://mail.example.com:587'};
      t.equal(readSettings(plain).mail.requireTls, true);
      t.equal(readSettings({...plain, SMTP_ALLOW_PLAINTEXT: 'true'}).mail.requireTls, false);
      t.equal(readSettings({...plain, SMTP_URL: 'smtp://127.0.0.1:25'}).mail.requireTls, false);
      t.equal(readSettings({SMTP_URL: 'smtp://mail.example.com'}).mail.requireTls, false);
      t.end();
    },
  );

  await t.test('is only NODE_ENV=production, not staging or test', (t) => {
    for (const given of ['prod', 'staging', 'Production']) {
      t.match(getSettingErrors({NODE_ENV: given}), [
        /^NODE_ENV must be one of development, production, test, but/,
      ]);
    }
    t.equal(readSettings({NODE_ENV: 'test'}).production, false);
    t.end();
  });
});

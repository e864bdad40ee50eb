import t from 'tap';

import {getSettingErrors, readSettings} from './read-settings.js';

void t.test('the SDK’s own settings for the endpoint are used if there is a bucket', (t) => {
  const endpoint = (settings: Record<string, string>) =>
    readSettings({S3_BUCKET: 'b', ...settings}).s3?.endpoint;
  const [ours, theirs, general] = ['http://a.example', 'http://b.example', 'http://c.example'];
  t.equal(endpoint({AWS_ENDPOINT_URL: general}), general);
  t.equal(endpoint({AWS_ENDPOINT_URL: general, AWS_ENDPOINT_URL_S3: theirs}), theirs);
  t.equal(endpoint({AWS_ENDPOINT_URL_S3: theirs, S3_ENDPOINT: ours}), ours);
  t.equal(
    readSettings({AWS_ENDPOINT_URL: general}).s3,
    undefined,
    'without a bucket they are ignored',
  );
  t.end();
});

void t.test('an S3 endpoint has no credentials, no query and no fragment', (t) => {
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT']) {
    for (const rest of ['?key=xyz', '#xyz', '/base?xyz', '/?', '#']) {
      const [fault = '', ...others] = getSettingErrors({
        S3_BUCKET: 'b',
        [name]: `https://s3.example.com${rest}`,
      });
      t.match(fault, new RegExp(`^${name} must be an http or https URL without .*query`), rest);
      t.match(fault, 'AWS_ACCESS_KEY_ID');
      t.notMatch(fault, 'xyz', 'the value may be a secret');
      t.same(others, []);
    }
    t.match(getSettingErrors({S3_BUCKET: 'b', [name]: 'https://user:xyz@s3.example.com'}), [
      new RegExp(`^${name} must be an http or https URL without credentials((?!xyz).)*$`),
    ]);
    t.same(getSettingErrors({S3_BUCKET: 'b', [name]: 'https://s3.example.com/storage/v1/s3'}), []);
  }
  t.end();
});

void t.test('a bucket has a possible name', (t) => {
  const impossible = [
    'b/c',
    '/b',
    'b/',
    's3://b',
    'https://b.s3.amazonaws.com',
    '..',
    '.',
    'a b',
    'b?c',
    'b#c',
    'b%2Fc',
    'b\\c',
    'bü',
    'b'.repeat(256),
  ];
  for (const name of impossible) {
    t.match(getSettingErrors({S3_BUCKET: name}), [/^S3_BUCKET must be the name of a bucket/], name);
  }
  const possible = [
    'b',
    'my-files.example.com',
    'Old_Bucket',
    'tenant:files',
    'arn:aws:s3:eu-west-1:123456789012:accesspoint/files',
  ];
  for (const name of possible) t.same(getSettingErrors({S3_BUCKET: name}), [], name);
  t.end();
});

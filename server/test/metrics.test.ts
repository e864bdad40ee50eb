import t from 'tap';

import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const metricsOf = async (url: string): Promise<string> => {
  const {status, body} = await request<{text: string}>(url, 'GET', '/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}.`);
  return body.text;
};

const valueOf = (metrics: string, line: string): number =>
  Number(
    metrics
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.split(' ')[1],
  );

t.test('the metrics count a visit', async (t) => {
  const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
  const visitor = await Visitor.consenting(server.url);
  const bytes = makePdf(70_000);
  await visitor.upload(bytes);
  await visitor.upload(Buffer.from('no PDF'));
  await visitor.contact('anna@example.com');
  await server.mailbox.waitFor('anna@example.com');
  server.cleanup.start();
  await until(async () => valueOf(await metricsOf(server.url), CLEANUPS) >= 1);

  const metrics = await metricsOf(server.url);

  t.equal(valueOf(metrics, 'maria_uploads_total{outcome="stored"}'), 1);
  t.equal(valueOf(metrics, 'maria_uploads_total{outcome="not_a_pdf"}'), 1);
  t.equal(valueOf(metrics, 'maria_upload_bytes_sum'), bytes.length);
  t.equal(valueOf(metrics, 'maria_uploads_running'), 0);
  t.equal(valueOf(metrics, 'maria_errors_total{code="not_a_pdf"}'), 1);
  t.equal(valueOf(metrics, 'maria_jobs{state="queued"}'), 0);
  t.equal(valueOf(metrics, 'maria_jobs{state="dead"}'), 0);
  t.ok(valueOf(metrics, 'maria_cleanup_last_success_seconds{part="reaper"}') > 0);
  const contact = '{route="/api/session/contact",method="PUT",status="202"}';
  t.equal(valueOf(metrics, `maria_http_requests_total${contact}`), 1);
  for (const secret of [visitor.uuid, visitor.token, 'anna', '127.0.0.1', '::1']) {
    t.notOk(metrics.includes(secret), `no ${secret} among the metrics`);
  }
});

const CLEANUPS = 'maria_cleanup_total{part="reaper",what="runs"}';

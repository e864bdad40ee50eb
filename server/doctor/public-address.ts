import {randomUUID} from 'node:crypto';
import {lookup} from 'node:dns/promises';
import {networkInterfaces} from 'node:os';

import ipaddr from 'ipaddr.js';

import {proxyTest, anonymizeIp} from '../http/client-address.js';
import {VisitorTokens} from '../visits/token.js';
import {listSites} from '../sites/admin-store.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const CALL_MS = 5_000;
/** Of the block for documentation: nobody has it. */
const FORGED = '192.0.2.77';

/** The way that visitors come: name, certificate, proxy. */
export async function* checkPublicAddress(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {publicUrl, production} = deps.config;
  const isHttps = publicUrl.startsWith('https:');
  if (isHttps) yield ok('https', publicUrl);
  else if (isLocal(publicUrl)) yield ok('https', `${publicUrl}, on this machine`);
  else
    yield warn('https', publicUrl, 'Use https in PUBLIC_URL: it stands in mails and the snippet.');
  if (!production && !isLocal(publicUrl)) {
    const advice = 'Set NODE_ENV=production: until then the demo page is open to all.';
    yield warn('production', 'off, though the address is a public one', advice);
  }
  const reached = await reach(deps);
  yield reached;
  if (reached.level !== 'fail') yield await clientAddress(deps, isHttps);
}

const isLocal = (url: string): boolean =>
  /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);

const reach = async ({config, version}: DoctorDeps): Promise<Finding> => {
  const address = `${config.publicUrl}/healthz`;
  try {
    const answer = await fetch(address, {redirect: 'manual', signal: AbortSignal.timeout(CALL_MS)});
    const theirs = await answer.text().then(versionIn);
    if (!answer.ok || theirs === undefined) {
      const advice = 'PUBLIC_URL must lead to this server, its path included, without a redirect.';
      return fail('reachable', `${address} answered ${answer.status}, and not as we do`, advice);
    }
    if (theirs === version) return ok('reachable', `version ${version} answers`);
    const advice = 'Is another server behind PUBLIC_URL, or an upgrade under way?';
    return warn('reachable', `version ${theirs} answers, this is ${version}`, advice);
  } catch (error) {
    const advice = 'Check DNS, the certificate, the proxy and that the server runs.';
    return fail('reachable', `${address} from here: ${toReason(error)}`, advice);
  }
};

const versionIn = (text: string): string | undefined => {
  try {
    const {status, version} = JSON.parse(text) as {status?: unknown; version?: unknown};
    return status === 'ok' && typeof version === 'string' ? version : undefined;
  } catch {
    // A proxy's page of its own.
    return undefined;
  }
};

/** Shows a UUID as a visitor would, under a forged address, and reads which one was noted. */
const clientAddress = async (deps: DoctorDeps, isHttps: boolean): Promise<Finding> => {
  const {config} = deps;
  const check = 'client address';
  const trusted = config.trustProxy.join(', ');
  if (isHttps && trusted === '') {
    return fail(
      check,
      'a proxy ends TLS, and TRUST_PROXY names none: all visitors share its address and one limit',
      'Set TRUST_PROXY to the addresses or CIDRs from which your proxy connects.',
    );
  }
  const seen = await addressSeen(deps).catch((error: unknown) => ({unknown: toReason(error)}));
  if (typeof seen !== 'string') {
    const found = `could not be tried: ${seen.unknown}`;
    return warn(check, found, 'Look whether audit rows hold different addresses.');
  }
  const isForged = seen === anonymizeIp(FORGED, config.audit.ipMode);
  if (!isForged && !proxyTest(config.trustProxy)(seen)) {
    return ok(
      check,
      trusted ? `X-Forwarded-For counts from ${trusted}` : 'of the connection itself',
    );
  }
  // A proxy on this machine sees the doctor come from where the server sees the proxy come from.
  if (!isForged && (await isThisMachine(config.publicUrl, seen))) {
    const advice = `Run it on another machine, or compare the IP addresses in maria audit. With this machine's proxy, ${seen} in TRUST_PROXY is right.`;
    return warn(check, 'cannot be judged from here: the proxy is on this machine', advice);
  }
  // Who asks from among the proxies is taken for one of them: a visitor would not be.
  if ([...ownAddresses(), seen].some((one) => isNeighbour(one, config.trustProxy))) {
    const advice = `Run it outside ${trusted}. The same there: let the proxy set X-Forwarded-For.`;
    return warn(check, 'cannot be judged from here, from among TRUST_PROXY', advice);
  }
  if (isForged) {
    const advice = 'Let the proxy replace X-Forwarded-For instead of handing on what it is sent.';
    return fail(check, 'visitors can choose their own, and so escape every limit', advice);
  }
  const advice = 'Let the proxy set X-Forwarded-For, and TRUST_PROXY name proxies alone.';
  return fail(check, 'the address that was seen is one of TRUST_PROXY', advice);
};

/** Whether a call to the URL leaves and arrives on this machine under a loopback address. */
const isThisMachine = async (url: string, seen: string): Promise<boolean> => {
  if (ipaddr.process(seen).range() !== 'loopback') return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, {all: true}).catch(() => []);
  return addresses.some(({address}) => ipaddr.process(address).range() === 'loopback');
};

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({address}) => address));

/** Trusted, and not because the proxy is on this very machine. */
const isNeighbour = (address: string, proxies: string[]): boolean =>
  ipaddr.process(address).range() !== 'loopback' && proxyTest(proxies)(address);

const addressSeen = async ({config, backgroundSql: sql}: DoctorDeps) => {
  if (config.audit.ipMode === 'none') return {unknown: 'IP_MODE is none'};
  const sites = await listSites(sql);
  const site = sites.find(({removedAt}) => !removedAt)?.key;
  if (!site) return {unknown: 'there is no site yet'};
  const uuid = randomUUID();
  // With the token that fits it, nobody is counted as having opened the chat.
  const token = new VisitorTokens(config.secrets).issue(uuid, site);
  const answer = await fetch(`${config.publicUrl}/api/session/validate-uuid`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-forwarded-for': FORGED,
    },
    body: JSON.stringify({uuid, site}),
    signal: AbortSignal.timeout(CALL_MS),
  });
  if (!answer.ok) return {unknown: `the server answered ${answer.status}`};
  await answer.body?.cancel();
  const [row] = await sql<{address: string | null}[]>`
    select host(ip_address) as address from audit_logs
    where user_uuid = ${uuid} and event_type = 'uuid_validation_attempt'`;
  return row?.address ?? {unknown: 'the call is not in this database'};
};

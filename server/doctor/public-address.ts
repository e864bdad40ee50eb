import {randomUUID} from 'node:crypto';
import {lookup} from 'node:dns/promises';
import {networkInterfaces} from 'node:os';

import {createProxyTest, anonymizeIp} from '../http/client-address.js';
import {isLoopbackAddress, isLoopbackUrl} from '../outbound/loopback.js';
import {VisitorTokens} from '../visits/token.js';
import {listSites} from '../sites/admin-store.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const CALL_MS = 5_000;
/** IP address from the block for documentation (RFC 5737), which no client has. */
const FORGED = '192.0.2.77';

/** Checks PUBLIC_URL: host name, certificate, proxy. */
export async function* checkPublicUrl(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {publicUrl, production} = deps.config;
  const isHttps = publicUrl.startsWith('https:');
  if (isHttps) yield ok('https', publicUrl);
  else if (isLoopbackUrl(publicUrl)) yield ok('https', `${publicUrl}, on this machine`);
  else
    yield warn(
      'https',
      publicUrl,
      'Use https in PUBLIC_URL: it is used in e-mails and in the embed snippet.',
    );
  if (!production && !isLoopbackUrl(publicUrl)) {
    const advice = 'Set NODE_ENV=production: without it, the demo page is public.';
    yield warn('production', 'off, although PUBLIC_URL is public', advice);
  }
  const reached = await checkReachable(deps);
  yield reached;
  if (reached.level !== 'fail') yield await checkClientAddress(deps, isHttps);
}

const checkReachable = async ({config, version}: DoctorDeps): Promise<Finding> => {
  const url = `${config.publicUrl}/healthz`;
  try {
    const response = await fetch(url, {redirect: 'manual', signal: AbortSignal.timeout(CALL_MS)});
    const remoteVersion = await response.text().then(parseVersion);
    if (!response.ok || remoteVersion === undefined) {
      const advice = 'PUBLIC_URL, including its path, must lead to this server without a redirect.';
      return fail(
        'reachable',
        `${url} responded with ${response.status}, but it is not a Maria Chat server`,
        advice,
      );
    }
    if (remoteVersion === version) return ok('reachable', `version ${version} responds`);
    const advice =
      'Check whether PUBLIC_URL leads to another server, or an upgrade is in progress.';
    return warn('reachable', `version ${remoteVersion} responds, but this is ${version}`, advice);
  } catch (error) {
    const advice = 'Check DNS, the certificate and the proxy, and that the server runs.';
    return fail('reachable', `${url} from this machine: ${toReason(error)}`, advice);
  }
};

const parseVersion = (text: string): string | undefined => {
  try {
    const {status, version} = JSON.parse(text) as {status?: unknown; version?: unknown};
    return status === 'ok' && typeof version === 'string' ? version : undefined;
  } catch {
    // The response is not JSON, for example a proxy's error page.
    return undefined;
  }
};

/** Sends a UUID like a visitor, with a forged IP address, and reads the audited IP address. */
const checkClientAddress = async (deps: DoctorDeps, isHttps: boolean): Promise<Finding> => {
  const {config} = deps;
  const check = 'client address';
  const trusted = config.trustProxy.join(', ');
  if (isHttps && trusted === '') {
    return fail(
      check,
      'a proxy terminates TLS, but TRUST_PROXY is empty: all visitors share the proxy’s IP address and one limit',
      'Set TRUST_PROXY to the IP addresses or CIDRs from which your proxy connects.',
    );
  }
  const seen = await readSeenAddress(deps).catch((error: unknown) => ({unknown: toReason(error)}));
  if (typeof seen !== 'string') {
    const found = `cannot be tested: ${seen.unknown}`;
    return warn(check, found, 'Check that audit rows have different IP addresses.');
  }
  const isForged = seen === anonymizeIp(FORGED, config.audit.ipMode);
  if (!isForged && !createProxyTest(config.trustProxy)(seen)) {
    return ok(
      check,
      trusted ? `X-Forwarded-For is trusted from ${trusted}` : 'the IP address of the connection',
    );
  }
  // A proxy on this machine and the doctor connect from the same IP address.
  if (!isForged && (await isThisMachine(config.publicUrl, seen))) {
    const advice = `Run this command on another machine, or compare the IP addresses in maria audit. For a proxy on this machine, ${seen} in TRUST_PROXY is correct.`;
    return warn(check, 'cannot be tested here: the proxy is on this machine', advice);
  }
  // In the network of the proxies, the server treats the doctor as a proxy, unlike a visitor.
  if ([...ownAddresses(), seen].some((own) => isTrustedPeer(own, config.trustProxy))) {
    const advice = `Run this command outside ${trusted}. If the result is the same, let the proxy set X-Forwarded-For.`;
    return warn(check, 'cannot be tested here: the doctor’s IP address is in TRUST_PROXY', advice);
  }
  if (isForged) {
    const advice =
      'Let the proxy replace X-Forwarded-For instead of forwarding the received header.';
    return fail(check, 'visitors can choose their IP address and so avoid every limit', advice);
  }
  const advice = 'Let the proxy set X-Forwarded-For, and list only proxies in TRUST_PROXY.';
  return fail(check, 'the IP address that the server sees is in TRUST_PROXY', advice);
};

/** Returns whether a call to the URL starts and ends on this machine, with a loopback address. */
const isThisMachine = async (url: string, seen: string): Promise<boolean> => {
  if (!isLoopbackAddress(seen)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, {all: true}).catch(() => []);
  return addresses.some(({address}) => isLoopbackAddress(address));
};

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({address}) => address));

/** Returns whether an IP address is trusted as a proxy, and is not a loopback address. */
const isTrustedPeer = (ipAddress: string, proxies: string[]): boolean =>
  !isLoopbackAddress(ipAddress) && createProxyTest(proxies)(ipAddress);

const readSeenAddress = async ({config, backgroundSql: sql}: DoctorDeps) => {
  if (config.audit.ipMode === 'none') return {unknown: 'IP_MODE is none'};
  const sites = await listSites(sql);
  const site = sites.find(({removedAt}) => !removedAt)?.key;
  if (!site) return {unknown: 'there is no site yet'};
  const uuid = randomUUID();
  // A call with a valid token is not counted as an opened panel.
  const token = new VisitorTokens(config.secrets).issue(uuid, site);
  const response = await fetch(`${config.publicUrl}/api/session/validate-uuid`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-forwarded-for': FORGED,
    },
    body: JSON.stringify({uuid, site}),
    signal: AbortSignal.timeout(CALL_MS),
  });
  if (!response.ok) return {unknown: `the server responded with ${response.status}`};
  await response.body?.cancel();
  const [row] = await sql<{ip: string | null}[]>`
    select host(ip_address) as ip from audit_logs
    where user_uuid = ${uuid} and event_type = 'uuid_validation_attempt'`;
  return row?.ip ?? {unknown: 'the call is not in this database'};
};

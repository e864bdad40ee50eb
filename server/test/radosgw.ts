import {execFile, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {randomBytes, randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {appendFile, mkdir, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';

export interface Radosgw {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  /** The process that serves S3. */
  gateway: ChildProcess;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const START_MS = 120_000;
const STOP_MS = 5_000;

/**
 * Starts Ceph's S3 gateway with its monitor and one store in memory: an independent, real S3
 * server. Needs the programs of the Debian packages ceph-mon, ceph-osd and radosgw.
 */
export async function startRadosgw(): Promise<Radosgw> {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-s3-'));
  const parts: ChildProcess[] = [];
  // Also ends the daemons when the process exits unexpectedly.
  const killAll = () => {
    for (const part of parts) part.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  };
  process.once('exit', killAll);
  const stop = async () => {
    process.off('exit', killAll);
    for (const part of parts.toReversed()) await end(part);
    await rm(folder, {recursive: true, force: true});
  };
  try {
    return {...(await start(folder, parts)), stop};
  } catch (error) {
    const log = await getTail(folder);
    await stop();
    throw new Error(`radosgw did not start.\n${log}`, {cause: error});
  }
}

async function start(folder: string, parts: ChildProcess[]) {
  const [monitorPort, port] = await freePorts(2);
  const config = await writeConfig(folder, monitorPort!, port!);
  await makeMonitor(folder, config, monitorPort!);
  parts.push(await startPart(folder, 'ceph-mon', [...config, '-i', 'a', '-f']));
  await run('ceph-osd', [...config, '-i', '0', '--mkfs', '--no-mon-config', ...newStore()]);
  parts.push(await startPart(folder, 'ceph-osd', [...config, '-i', '0', '-f']));
  const gateway = await startPart(folder, 'radosgw', [...config, '-n', 'client.rgw', '-f']);
  parts.push(gateway);

  const endpoint = `http://127.0.0.1:${port}`;
  const accessKey = randomBytes(10).toString('hex');
  const secretKey = randomBytes(20).toString('hex');
  await untilAnswering(endpoint, gateway);
  await run('radosgw-admin', [
    ...config,
    ...['-n', 'client.rgw', 'user', 'create', '--uid=tests', '--display-name=tests'],
    ...[`--access-key=${accessKey}`, `--secret=${secretKey}`],
  ]);
  return {endpoint, accessKey, secretKey, gateway};
}

function newStore(): string[] {
  return ['--osd-uuid', randomUUID()];
}

async function writeConfig(folder: string, monitorPort: number, port: number): Promise<string[]> {
  for (const part of ['mon', 'osd', 'run', 'log']) await mkdir(path.join(folder, part));
  const file = path.join(folder, 'ceph.conf');
  await writeFile(
    file,
    `[global]
fsid = ${randomUUID()}
mon host = v2:127.0.0.1:${monitorPort}
public network = 127.0.0.0/8
ms bind ipv6 = false
ms bind msgr1 = false
keyring = ${folder}/keyring
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/log/$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on insecure global id reclaim allowed = false
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd memory target = 939524096
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw dns name = localhost
`,
  );
  return ['--conf', file];
}

/** Creates an empty monitor and a key for each daemon. The gateway never listens without keys. */
async function makeMonitor(folder: string, config: string[], port: number): Promise<void> {
  const keyring = path.join(folder, 'keyring');
  const map = path.join(folder, 'monmap');
  const key = (name: string, ...caps: string[]) =>
    run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...caps]);
  await run('ceph-authtool', ['--create-keyring', keyring]);
  await key('mon.', '--cap', 'mon', 'allow *');
  await key('client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *');
  await key('osd.0', '--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *');
  await key('client.rgw', '--cap', 'mon', 'allow rwx', '--cap', 'osd', 'allow rwx');
  const fsid = /fsid = (\S+)/.exec(await readFile(config[1]!, 'utf8'))![1]!;
  await run('monmaptool', [
    ...['--create', '--clobber', '--fsid', fsid],
    ...['--addv', 'a', `[v2:127.0.0.1:${port}]`, map],
  ]);
  await run('ceph-mon', [...config, '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring]);
}

async function startPart(folder: string, program: string, args: string[]): Promise<ChildProcess> {
  const output = await open(path.join(folder, 'log', `${program}.out`), 'a');
  // Detached: Ctrl-C reaches only the parent process, which then stops the daemons in order.
  const stdio: ['ignore', number, number] = ['ignore', output.fd, output.fd];
  const part = spawn(program, args, {detached: true, stdio});
  await once(part, 'spawn');
  await output.close();
  return part;
}

async function untilAnswering(endpoint: string, gateway: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await answers(endpoint))) {
    if (gateway.exitCode !== null) throw new Error(`radosgw ended with ${gateway.exitCode}`);
    if (Date.now() > deadline) throw new Error(`no response from ${endpoint} in ${START_MS} ms`);
    await sleep(100);
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(endpoint, {signal: AbortSignal.timeout(2_000)})).ok;
  } catch {
    return false;
  }
}

async function end(part: ChildProcess): Promise<void> {
  if (part.exitCode !== null || part.signalCode !== null) return;
  const ended = once(part, 'exit');
  part.kill('SIGTERM');
  const timer = setTimeout(() => part.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

async function getTail(folder: string): Promise<string> {
  const outputs = ['ceph-mon', 'ceph-osd', 'radosgw'].map(async (program) => {
    const file = path.join(folder, 'log', `${program}.out`);
    await appendFile(file, '');
    return `${program}: ${(await readFile(file, 'utf8')).slice(-1_000)}`;
  });
  return (await Promise.all(outputs)).join('\n');
}

/** Opens all ports before it closes any, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({length: count}, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {edgeConfig, type Status, statusOf} from '../edge-daemon.js';
import {type DaemonProcess, runEdgectl, startDaemon} from '../process.js';
import type {Teardown} from '../temp-dir.js';
import {bytesNamed} from '../two-daemons/random.js';
import {type Bar, bar, type LabReport, labReport, type Scenario} from './lab-report.js';
import {depthBar, type LedgerRecord, ledgerOf} from './ledger.js';
import {untilStatus} from './patient-status.js';
import {WebPeer} from './web-peer.js';

export type DeadletterRunOptions = {
	readonly directory: string;
	/** In each of the groups R and U. */
	readonly segments: number;
	readonly note: (line: string) => void;
};

const MAX_RETRIES = 3;
const BYTES = 2000;

/** The reference's deadletter lab and its VAL22: what is dead is inspected, retried and purged, and survives every restart. */
export const runDeadletter = async (t: Teardown, options: DeadletterRunOptions): Promise<LabReport> => {
	const {directory, note} = options;
	const commands = await operatorsCommands(t, path.join(directory, 'commands'));
	note(`${commands.scenario}: done`);
	const recovery = await recoveryRates(t, path.join(directory, 'val22'), options);
	note(`${recovery.scenario}: done`);
	return labReport('deadletter', [commands, recovery]);
};

/** Two web endpoints that refuse as they are told, and a daemon that counts failures as the reference does. */
class Stage {
	readonly home: string;
	/** What each endpoint answers to a segment. */
	readonly answers = {a: 503, b: 422};
	readonly #t: Teardown;
	readonly #config: string;
	readonly peers: Readonly<Record<'a' | 'b', WebPeer>>;
	#daemon: DaemonProcess | undefined;

	static async open(t: Teardown, home: string): Promise<Stage> {
		await mkdir(home, {recursive: true});
		const stage: Stage = new Stage(t, home, {
			a: await WebPeer.start(t, () => stage.answers.a),
			b: await WebPeer.start(t, () => stage.answers.b),
		});
		await stage.start();
		return stage;
	}

	private constructor(t: Teardown, home: string, peers: Stage['peers']) {
		this.#t = t;
		this.home = home;
		this.peers = peers;
		this.#config = edgeConfig(`
[relay.retry]
outage_policy = "count"
max_retry_count = ${MAX_RETRIES}
backoff_base_seconds = 0.1
backoff_max_seconds = 0.5
stable_seconds = 0
${webPeer('peer-a', peers.a.port)}${webPeer('peer-b', peers.b.port)}`);
	}

	get daemon(): DaemonProcess {
		if (this.#daemon === undefined) {
			throw new Error('No daemon runs');
		}
		return this.#daemon;
	}

	async start(): Promise<void> {
		this.#daemon = await startDaemon(this.#t, {
			directory: this.home,
			socket: 'rpc.sock',
			config: this.#config,
		});
	}

	async endAndStart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		await this.daemon.end(signal);
		await this.start();
	}

	async enqueue(ids: readonly string[], peer: string): Promise<void> {
		await this.daemon.call('relay.enqueue', {
			segments: ids.map(id => ({
				segment_id: id,
				payload_base64: bytesNamed(id, BYTES).toString('base64'),
				peers: [peer],
			})),
		});
	}

	async edgectl(line: string): Promise<{readonly code: number | null; readonly text: string}> {
		const words = ['--socket', path.join(this.home, 'rpc.sock'), ...line.split(' ')];
		const {code, stdout, stderr} = await runEdgectl(words);
		return {code, text: stdout + stderr};
	}

	until(deadletter: number): Promise<Status> {
		return untilStatus(
			this.daemon,
			({queue_depth: depth}) =>
				depth.deadletter === deadletter && depth.scheduled + depth.inflight + depth.failed === 0,
		);
	}

	async look(): Promise<Look> {
		return {status: await statusOf(this.daemon), ledger: await ledgerOf(this.daemon)};
	}
}

type Look = {readonly status: Status; readonly ledger: readonly LedgerRecord[]};

const webPeer = (id: string, port: number): string => `
[[peers]]
id = "${id}"
transport = "http"
url = "http://127.0.0.1:${port}/segments"
`;

/** The deadletter lab: `seg-dead-1` for peer-a with three failed attempts, `seg-dead-2` for peer-b with one. */
const operatorsCommands = async (t: Teardown, home: string): Promise<Scenario> => {
	const stage = await Stage.open(t, home);
	await stage.enqueue(['seg-dead-1'], 'peer-a');
	await stage.enqueue(['seg-dead-2'], 'peer-b');
	await stage.until(2);
	const before = await stage.look();
	const attempts = (id: string): number =>
		before.ledger.find(({segment_id: known}) => known === id)?.attempts.length ?? 0;
	const list = await stage.edgectl('relay deadletter list');
	const inspect = await stage.edgectl('relay deadletter inspect seg-dead-1 peer-a');
	const look = await stage.edgectl('relay deadletter retry --all --dry-run');
	const afterLook = await stage.look();
	stage.answers.a = 204;
	const retry = await stage.edgectl('relay deadletter retry seg-dead-1 peer-a');
	await stage.until(1);
	const dry = await stage.edgectl('relay deadletter purge --segment-id seg-dead-2 --peer-id peer-b');
	const afterDry = await stage.look();
	const purge = await stage.edgectl(
		'relay deadletter purge --segment-id seg-dead-2 --peer-id peer-b --force',
	);
	const limits = await stage.edgectl(
		'relay config set-bandwidth --bytes-per-second 1000000 --daily-quota-bytes 1000000000',
	);
	const status = await stage.edgectl('relay status');
	const after = await stage.look();
	await stage.daemon.end('SIGTERM');
	return {
		scenario: 'the operator lists, inspects, retries and purges',
		bars: [
			bar(
				'the fixtures have three attempts and one',
				attempts('seg-dead-1') === 3 && attempts('seg-dead-2') === 1,
				{
					'seg-dead-1': attempts('seg-dead-1'),
					'seg-dead-2': attempts('seg-dead-2'),
				},
			),
			depthBar('before', before.status, before.ledger),
			said('deadletter list', list, ['seg-dead-1', 'peer-a', 'seg-dead-2', 'peer-b']),
			said('deadletter inspect', inspect, ['seg-dead-1', 'MAX_RETRIES']),
			said('deadletter retry --dry-run', look, ['2 deadletters', 'peer-a', 'peer-b']),
			bar('it changes nothing', isDeepStrictEqual(afterLook.ledger, before.ledger), afterLook.ledger.length),
			said('deadletter retry', retry, ['seg-dead-1']),
			isDelivered(stage, 'a', ['seg-dead-1']),
			said('deadletter purge without --force', dry, ['seg-dead-2']),
			bar(
				'a dry run changes nothing',
				afterDry.status.queue_depth.deadletter === 1,
				afterDry.status.queue_depth,
			),
			said('deadletter purge --force', purge, ['seg-dead-2']),
			said('set-bandwidth with rate and quota', limits, []),
			said('status', status, ['Deadletter']),
			bar(
				'one is acknowledged, none is dead',
				after.status.queue_depth.acked === 1 && after.status.queue_depth.deadletter === 0,
				after.status.queue_depth,
			),
			depthBar('after', after.status, after.ledger),
		],
	};
};

const said = (
	what: string,
	answer: {readonly code: number | null; readonly text: string},
	words: readonly string[],
): Bar => bar(`${what} works`, answer.code === 0 && words.every(word => answer.text.includes(word)), answer);

/** VAL22: group R can be delivered once its peer is well, group U never. */
const recoveryRates = async (
	t: Teardown,
	home: string,
	{segments}: DeadletterRunOptions,
): Promise<Scenario> => {
	const stage = await Stage.open(t, home);
	const group = (name: string): string[] =>
		Array.from({length: segments}, (_, number) => `seg-${name}.${number}`);
	const [recoverable, unrecoverable] = [group('r'), group('u')];
	await stage.enqueue(recoverable, 'peer-a');
	await stage.enqueue(unrecoverable, 'peer-b');
	await stage.until(2 * segments);
	const dead = await stage.look();
	await stage.endAndStart('SIGTERM');
	const afterTerm = await stage.look();
	await stage.endAndStart('SIGKILL');
	const afterKill = await stage.look();
	stage.answers.a = 204;
	const answer = await stage.daemon.call('relay.deadletter.retry', {all: true});
	await stage.until(segments);
	const after = await stage.look();
	await stage.endAndStart('SIGKILL');
	const atLast = await stage.look();
	await stage.daemon.end('SIGTERM');
	const recovered = recoverable.filter(id => stage.peers.a.taken.has(id)).length;
	const isBuriedAgain = ({state, reason, attempts}: LedgerRecord): boolean =>
		state === 'deadletter' && reason === 'REJECTED' && attempts.length === 2;
	const buried = after.ledger.filter(isBuriedAgain).length;
	return {
		scenario: 'VAL22: what can be recovered is, what cannot comes back',
		bars: [
			depthBar('before', dead.status, dead.ledger),
			bar(
				'the ledger is kept over SIGTERM',
				isDeepStrictEqual(afterTerm.ledger, dead.ledger),
				afterTerm.ledger.length,
			),
			bar(
				'the ledger is kept over SIGKILL',
				isDeepStrictEqual(afterKill.ledger, dead.ledger),
				afterKill.ledger.length,
			),
			bar('recovery rate of group R is 1.000', recovered === segments, {rate: recovered / segments, answer}),
			isDelivered(stage, 'a', recoverable),
			bar('group U is back in deadletter with its history', buried === segments, buried),
			bar('the peer of group U has taken nothing', stage.peers.b.taken.size === 0, stage.peers.b.taken.size),
			depthBar('after', after.status, after.ledger),
			bar(
				'and all of that is kept over SIGKILL',
				isDeepStrictEqual(atLast.ledger, after.ledger),
				atLast.ledger.length,
			),
		],
	};
};

const isDelivered = ({peers}: Stage, name: 'a' | 'b', ids: readonly string[]): Bar => {
	const {taken} = peers[name];
	const wrong = ids.filter(id => taken.get(id)?.every(body => body.equals(bytesNamed(id, BYTES))) !== true);
	return bar('what was retried is at the peer, whole', wrong.length === 0 && taken.size === ids.length, {
		there: taken.size,
		wrong,
	});
};

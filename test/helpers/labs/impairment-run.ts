import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {edgeConfig, type Status, statusOf} from '../edge-daemon.js';
import {type DaemonProcess, startDaemon} from '../process.js';
import type {Teardown} from '../temp-dir.js';
import {bytesNamed} from '../two-daemons/random.js';
import {ImpairedProxy, type Impairment} from './impaired-proxy.js';
import {type Bar, bar, type LabReport, labReport, type Scenario} from './lab-report.js';
import {depthBar, type LedgerRecord, ledgerOf} from './ledger.js';
import {untilStatus} from './patient-status.js';
import {WebPeer} from './web-peer.js';

export type ImpairmentRunOptions = {
	readonly directory: string;
	/** In each condition. */
	readonly segments: number;
	readonly byteLength: number;
	readonly note: (line: string) => void;
};

const PEER = 'peer-val19';
const MAX_RETRIES = 3;
const CLEAN: Impairment = {kind: 'clean'};
const OUTAGE: Impairment = {kind: 'outage'};

/** The reference's VAL19: one peer behind a proxy that does its worst to connections, and nothing is lost. */
export const runImpairment = async (t: Teardown, options: ImpairmentRunOptions): Promise<LabReport> => {
	const run = async (name: string, play: (stage: Stage) => Promise<readonly Bar[]>, policy = 'count') => {
		const stage = await Stage.open(
			t,
			path.join(options.directory, name.replaceAll(/\W+/g, '-')),
			policy,
			options,
		);
		const scenario = {scenario: name, bars: [...(await play(stage)), ...(await stage.finalBars())]};
		options.note(`${name}: ${scenario.bars.every(({is_met: isMet}) => isMet) ? 'met' : 'MISSED'}`);
		await stage.close();
		return scenario;
	};
	const scenarios: Scenario[] = [
		await run('outage, counted as the reference does', stage => deadThenRetried(stage, OUTAGE)),
		await run('outage, held', heldThenDelivered, 'hold'),
		await run('1 Mbps', stage => delivered(stage, {kind: 'rate', bytesPerSecond: 125_000})),
		await run('10 Mbps', stage => delivered(stage, {kind: 'rate', bytesPerSecond: 1_250_000})),
		await run('200 ms before each dial', stage => delivered(stage, {kind: 'dial_delay', ms: 200})),
		await run('500 ms before each dial', stage => delivered(stage, {kind: 'dial_delay', ms: 500})),
		await run('closed after 500 bytes', stage => deadThenRetried(stage, {kind: 'cut', afterBytes: 500})),
	];
	return labReport('impairment', scenarios);
};

/** A daemon, the proxy and the peer behind it. */
class Stage {
	readonly daemon: DaemonProcess;
	readonly proxy: ImpairedProxy;
	readonly options: ImpairmentRunOptions;
	readonly #peer: WebPeer;

	static async open(
		t: Teardown,
		home: string,
		policy: string,
		options: ImpairmentRunOptions,
	): Promise<Stage> {
		await mkdir(home, {recursive: true});
		const peer = await WebPeer.start(t);
		const proxy = await ImpairedProxy.start(t, peer.port);
		const daemon = await startDaemon(t, {
			directory: home,
			socket: 'rpc.sock',
			config: edgeConfig(`
[relay.retry]
outage_policy = "${policy}"
max_retry_count = ${MAX_RETRIES}
backoff_base_seconds = 0.1
backoff_max_seconds = 0.5
stable_seconds = 0

[[peers]]
id = "${PEER}"
transport = "http"
url = "http://127.0.0.1:${proxy.port}/segments"
`),
		});
		return new Stage(daemon, proxy, peer, options);
	}

	private constructor(
		daemon: DaemonProcess,
		proxy: ImpairedProxy,
		peer: WebPeer,
		options: ImpairmentRunOptions,
	) {
		this.daemon = daemon;
		this.proxy = proxy;
		this.#peer = peer;
		this.options = options;
	}

	get ids(): readonly string[] {
		return Array.from({length: this.options.segments}, (_, number) => `seg-val19.${number}`);
	}

	get took(): number {
		return this.#peer.taken.size;
	}

	async seed(): Promise<void> {
		const segments = this.ids.map(id => ({
			segment_id: id,
			payload_base64: bytesNamed(id, this.options.byteLength).toString('base64'),
		}));
		await this.daemon.call('relay.enqueue', {segments});
	}

	until(state: 'acked' | 'deadletter'): Promise<Status> {
		return untilStatus(this.daemon, ({queue_depth: depth}) => depth[state] === this.options.segments);
	}

	/** Everything there, whole, and known as acknowledged. */
	async finalBars(): Promise<readonly Bar[]> {
		const {segments, byteLength} = this.options;
		const ledger = await ledgerOf(this.daemon);
		const status = await statusOf(this.daemon);
		const {taken} = this.#peer;
		const missing = this.ids.filter(id => !taken.has(id));
		const damaged = this.ids.filter(id =>
			taken.get(id)?.some(body => !body.equals(bytesNamed(id, byteLength))),
		);
		return [
			bar(
				'every segment is at the peer, whole, and nothing else',
				missing.length + damaged.length === 0 && taken.size === segments,
				{
					there: taken.size,
					missing,
					damaged,
				},
			),
			bar('every record is acknowledged', status.queue_depth.acked === segments, status.queue_depth),
			depthBar('at the end', status, ledger),
		];
	}

	async close(): Promise<void> {
		await this.daemon.end('SIGTERM');
	}
}

/** What the reference expects of an outage and of connections that are cut: deadletters, and delivery on a clean retry. */
const deadThenRetried = async (stage: Stage, impairment: Impairment): Promise<readonly Bar[]> => {
	stage.proxy.impair(impairment);
	await stage.seed();
	await stage.until('deadletter');
	const dead = await ledgerOf(stage.daemon);
	const tookBefore = stage.took;
	const status = await statusOf(stage.daemon);
	stage.proxy.impair(CLEAN);
	const answer = await stage.daemon.call('relay.deadletter.retry', {all: true, peer_id: PEER});
	await stage.until('acked');
	return [
		bar(
			'all of it gathers in deadletter as MAX_RETRIES',
			dead.every(isExhausted),
			dead.find(record => !isExhausted(record)) ?? dead.length,
		),
		depthBar('while it is dead', status, dead),
		bar('the peer has taken nothing of it', tookBefore === 0, tookBefore),
		bar('a clean retry delivers it', true, answer),
	];
};

const isExhausted = ({reason, attempts}: LedgerRecord): boolean =>
	reason === 'MAX_RETRIES' && attempts.length === MAX_RETRIES;

/** What edged does unless it is told otherwise: an outage costs no retries, and delivery goes on by itself. */
const heldThenDelivered = async (stage: Stage): Promise<readonly Bar[]> => {
	stage.proxy.impair(OUTAGE);
	await stage.seed();
	const down = await untilStatus(stage.daemon, ({peers}) => (peers[0]?.consecutive_failures ?? 0) >= 2);
	stage.proxy.impair(CLEAN);
	await stage.until('acked');
	const ledger = await ledgerOf(stage.daemon);
	return [
		bar('nothing is buried during the outage', down.queue_depth.deadletter === 0, down.queue_depth),
		bar(
			'nobody is charged',
			ledger.every(({charged_failures: charged}) => charged === 0),
			ledger.length,
		),
	];
};

const delivered = async (stage: Stage, impairment: Impairment): Promise<readonly Bar[]> => {
	stage.proxy.impair(impairment);
	const startedAt = performance.now();
	await stage.seed();
	await stage.until('acked');
	const seconds = (performance.now() - startedAt) / 1000;
	const bytesPerSecond = Math.round((stage.options.segments * stage.options.byteLength) / seconds);
	const most = impairment.kind === 'rate' ? impairment.bytesPerSecond : Number.POSITIVE_INFINITY;
	const ledger = await ledgerOf(stage.daemon);
	return [
		bar('throughput is recorded, and not above what the link gives', bytesPerSecond <= 1.1 * most + 65_536, {
			bytes_per_second: bytesPerSecond,
			seconds: Number(seconds.toFixed(2)),
			dials: stage.proxy.dials,
		}),
		bar(
			'nobody is charged',
			ledger.every(({charged_failures: charged}) => charged === 0),
			ledger.length,
		),
	];
};

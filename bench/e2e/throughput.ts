import type {Bench, BenchContext, Goal, ReadyBench, Sample} from '../bench.js';
import {type Cleanup, withCleanup} from '../harness/cleanup.js';
import {cpuMicros, rssAnonBytes} from '../harness/usage.js';
import {fdatasyncName} from '../raw/fdatasync.js';
import {isVariantSize, SIZES, type SizeLabel} from '../raw/sizes.js';
import {type Pair, startPair} from './daemons.js';
import type {Form} from './produce.js';
import {fullLoad, type ProducerProcess, startProducer} from './producer.js';
import {StatusWatch} from './status.js';

/** Producer -> edge -> mutual TLS 1.3 -> hub with fsync -> acknowledgement, all on this machine. */
const endToEndName = (size: SizeLabel, form: Form): string => `end to end ${size}, ${FORM_WORDS[form]}`;

const FORM_WORDS: Readonly<Record<Form, string>> = {
	binary: 'binary ingest',
	rpc: 'JSON-RPC base64',
	single: 'one request per segment',
};

const produceMs = (scale: BenchContext['scale']): number => (scale === 'quick' ? 20 : 2000);

type Parts = {
	readonly pair: Pair;
	readonly producer: ProducerProcess;
	readonly edgeStatus: StatusWatch;
	readonly hubStatus: StatusWatch;
};

class EndToEnd implements ReadyBench {
	readonly #cleanup: Cleanup;
	readonly #parts: Parts;
	readonly #byteLength: number;
	readonly #produceMs: number;

	static setup(byteLength: number, form: Form, {directory, scale}: BenchContext): Promise<EndToEnd> {
		return withCleanup(async cleanup => {
			const pair = await startPair(cleanup, directory);
			const producer = await startProducer(cleanup, fullLoad(pair.edge, form, byteLength));
			const edgeStatus = await StatusWatch.open(cleanup, pair.edge);
			const hubStatus = await StatusWatch.open(cleanup, pair.hub);
			if (scale === 'full') {
				const {segments} = await producer.produce('warm-up');
				await edgeStatus.until(({acked}) => acked >= segments);
			}
			const parts = {pair, producer, edgeStatus, hubStatus};
			return new EndToEnd(cleanup, parts, byteLength, produceMs(scale));
		});
	}

	private constructor(cleanup: Cleanup, parts: Parts, byteLength: number, durationMs: number) {
		this.#cleanup = cleanup;
		this.#parts = parts;
		this.#byteLength = byteLength;
		this.#produceMs = durationMs;
	}

	pids(): readonly number[] {
		const {pair, producer} = this.#parts;
		return [pair.edge.daemon.pid, pair.hub.daemon.pid, producer.pid];
	}

	async run(): Promise<Sample> {
		const {producer, edgeStatus, hubStatus} = this.#parts;
		const ackedBefore = (await edgeStatus.depth()).acked;
		const storedBefore = (await hubStatus.depth()).scheduled;
		const cpuBefore = this.pids().map(cpuMicros);
		const start = performance.now();
		const {segments, p50Ms, p99Ms} = await producer.produce(this.#produceMs);
		await edgeStatus.until(({acked}) => acked >= ackedBefore + segments);
		const elapsedMs = performance.now() - start;
		const cpu = this.pids().map((pid, index) => (cpuMicros(pid) - (cpuBefore[index] ?? 0)) / segments);
		const stored = (await hubStatus.depth()).scheduled - storedBefore;
		if (stored !== segments) {
			throw new Error(`${segments} segments were acknowledged, the hub stored ${stored}`);
		}
		return {
			operations: segments,
			elapsedMs,
			payloadBytes: segments * this.#byteLength,
			figures: {
				'MB/s': (segments * this.#byteLength) / 1000 / elapsedMs,
				'p50 ms': p50Ms,
				'p99 ms': p99Ms,
				...perProcess('us/op', cpu),
				...perProcess(
					'MB',
					this.pids().map(pid => rssAnonBytes(pid) / 1e6),
				),
			},
		};
	}

	async close(): Promise<void> {
		await this.#cleanup.run();
	}
}

/** In the order of `pids`. */
const perProcess = (unit: string, values: readonly number[]): Record<string, number> =>
	Object.fromEntries(
		['edge', 'hub', 'producer'].map((name, index) => [`${name} ${unit}`, values[index] ?? Number.NaN]),
	);

const bench = (size: (typeof SIZES)[number], form: Form, goals: readonly Goal[]): Bench => ({
	name: endToEndName(size.label, form),
	group: `end to end ${size.label}`,
	unit: 'segments/s',
	goals,
	isVariant: isVariantSize(size.label) || (size.label === '1 MiB' && form !== 'binary'),
	setup: context => EndToEnd.setup(size.bytes, form, context),
});

/** Both daemons share the disk, hence half of what one file can do. */
const shareOfDisk = (size: SizeLabel): Goal => ({
	against: {bench: fdatasyncName(size, 256), as: 'ratio', share: 0.5},
	atLeast: 0.4,
});
const times = (size: SizeLabel, other: Form, atLeast: number): Goal => ({
	against: {bench: endToEndName(size, other), as: 'ratio'},
	atLeast,
});

export const benches: readonly Bench[] = SIZES.flatMap(size => {
	const {label} = size;
	const isKibibyte = label === '1 KiB';
	return [
		bench(size, 'binary', [shareOfDisk(label), ...(isKibibyte ? [times(label, 'single', 10)] : [])]),
		bench(size, 'rpc', isKibibyte ? [times(label, 'binary', 0.5)] : []),
		bench(size, 'single', []),
	];
});

import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {Bandwidth} from '../../src/delivery/bandwidth.js';
import {Dispatcher} from '../../src/delivery/dispatcher.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {DeliverySpy} from '../helpers/delivery-spy.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {MeteredLink, mostIn} from '../helpers/metered-link.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {draft} from '../helpers/store-verbs.js';
import {Watch} from '../helpers/watch.js';
import {watchedStore} from '../helpers/watched-store.js';

const RUNS = Number(process.env['EDGED_OUTAGE_RUNS'] ?? 4);
const SEED = Number(process.env['EDGED_OUTAGE_SEED'] ?? 20_261_123);
/** What is proven here is no matter of the disk. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const PEERS = ['a', 'b'] as PeerId[];
const OUTAGES = 10;
/** Longer takes no run: then something stands still. */
const LONGEST_DAYS = 30;

/** Lengths and gaps in minutes, in turn for each peer. */
const outage = fc.record({
	peer: fc.nat(1),
	gap: fc.integer({min: 1, max: 400}),
	length: fc.integer({min: 1, max: 360}),
});
const scenario = fc.record({
	outages: fc.array(outage, {minLength: OUTAGES, maxLength: OUTAGES}),
	rate: fc.constantFrom(0, 4096, 20_000, 100_000),
	peerQuotas: fc.tuple(fc.integer({min: 60_000, max: 200_000}), fc.integer({min: 60_000, max: 200_000})),
	totalQuota: fc.integer({min: 90_000, max: 250_000}),
	reservePercent: fc.constantFrom(0, 20),
	sizes: fc.array(fc.integer({min: 1, max: 9000}), {minLength: 40, maxLength: 60}),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

test('after ten outages under random limits every record is acked, and no window had more than its budget', async t => {
	t.timeout(600_000);
	await fc.assert(
		fc.asyncProperty(scenario, async what => {
			await new Run(what).go();
		}),
		{numRuns: RUNS, seed: SEED, includeErrorInReport: true, endOnFailure: true},
	);
	t.pass();
});

class Run {
	readonly #what: Scenario;
	readonly #clock = new FakeClock();
	readonly #links = PEERS.map(() => new MeteredLink(this.#clock));

	constructor(what: Scenario) {
		this.#what = what;
	}

	async go(): Promise<void> {
		const directory = await mkdtemp(path.join(BASE, 'edged-outages-'));
		const store = await openTestStore(directory, this.#clock, {commitDeadlineMs: 1000 * DAY});
		try {
			await store.registerPeers(PEERS);
			await this.#deliver(store);
			this.#check(store);
		} finally {
			await store.close();
			await rm(directory, {recursive: true, force: true});
		}
	}

	async #deliver(real: LmdbStore): Promise<void> {
		const {store, quiet} = watchedStore(real);
		const clock = this.#clock;
		const bandwidth = this.#bandwidth(store);
		const bugs: unknown[] = [];
		const dispatcher = new Dispatcher({
			store,
			bandwidth,
			windowsOf: () => [],
			catchUp: 'oldest_first',
			workerCount: 4,
			maxInflightBytes: 8 * 2 ** 20,
			drainTimeoutMs: 0,
			policy: {
				maxRetryCount: 8,
				backoffBaseMs: SECOND,
				backoffMaxMs: 5 * MINUTE,
				outagePolicy: 'hold',
				stableMs: 10 * SECOND,
				nodeId: 'edge-1',
			},
			clock,
			observer: new DeliverySpy(new Watch()),
			onBug: error => bugs.push(error),
		});
		for (const [index, peer] of store.peers().entries()) {
			dispatcher.add(peer, this.#links[index] as MeteredLink);
		}
		await dispatcher.start();
		await this.#enqueue(real);
		const changes = this.#changes();
		const end = clock.elapsed() + LONGEST_DAYS * DAY;
		while (this.#waiting(real) > 0 || changes.length > 0) {
			await quiet();
			for (const {peer, isDown} of due(changes, clock.elapsed())) {
				(this.#links[peer] as MeteredLink).isDown = isDown;
			}
			clock.advance(await this.#stepMs());
			if (clock.elapsed() > end || bugs.length > 0) {
				throw bugs[0] ?? new Error(`stands still: ${JSON.stringify(real.depth())}`);
			}
		}
		await quiet();
		await dispatcher.stop();
		await bandwidth.stop();
	}

	#bandwidth(store: LmdbStore): Bandwidth {
		const {rate, totalQuota, peerQuotas, reservePercent} = this.#what;
		const limits = peerQuotas.map(dailyQuotaBytes => ({bytesPerSecond: 0, dailyQuotaBytes}));
		return new Bandwidth(
			{
				total: {bytesPerSecond: rate, dailyQuotaBytes: totalQuota},
				peers: new Map(PEERS.map((peer, index) => [peer, limits[index] as (typeof limits)[number]])),
				quota: {policy: 'defer', reservePercent},
			},
			{burstSeconds: 0.1, clock: this.#clock, settings: store, quota: store.quota},
		);
	}

	async #enqueue(store: LmdbStore): Promise<void> {
		for (const [index, size] of this.#what.sizes.entries()) {
			const options = {to: PEERS, classNo: (index % 4) as ClassNo};
			await store.enqueue([draft(store, Buffer.alloc(size, index), options)], 'all');
		}
	}

	/** Each link is down for its outages, one after the other. */
	#changes(): Change[] {
		const from: number[] = PEERS.map(() => this.#clock.elapsed());
		return this.#what.outages
			.flatMap(({peer, gap, length}): Change[] => {
				const start = (from[peer] ?? 0) + gap * MINUTE;
				from[peer] = start + length * MINUTE;
				return [
					{at: start, peer, isDown: true},
					{at: from[peer] ?? 0, peer, isDown: false},
				];
			})
			.sort((a, b) => a.at - b.at);
	}

	#waiting(store: LmdbStore): number {
		const {scheduled, failed, inflight} = store.depth();
		return scheduled + failed + inflight;
	}

	/** While nobody waits for the rate, nothing happens for minutes. */
	async #stepMs(): Promise<number> {
		if (!this.#links.some(({pacing}) => pacing > 0)) {
			return MINUTE;
		}
		// Bottleneck hands out tokens by timers of its own.
		await new Promise(resolve => setTimeout(resolve, 1));
		return SECOND / 20;
	}

	#check(store: LmdbStore): void {
		const {sizes, rate, totalQuota, peerQuotas} = this.#what;
		const {acked, total} = store.depth();
		const all = this.#links.flatMap(({samples}) => samples);
		const figures = {
			acked: acked === total && total === sizes.length * PEERS.length,
			arrived: this.#links.every(({arrived}) => arrived.size === sizes.length),
			peers: this.#links.every(({samples}, index) => mostIn(samples, DAY) <= (peerQuotas[index] ?? 0)),
			total: mostIn(all, DAY) <= totalQuota,
			violations: findViolations(store.handles),
		};
		const isKept = figures.acked && figures.arrived && figures.peers && figures.total;
		if (!isKept || figures.violations.length > 0) {
			const most = [mostIn(all, DAY), ...this.#links.map(({samples}) => mostIn(samples, DAY))];
			throw new Error(
				`${JSON.stringify(figures)} most ${most} of ${totalQuota}, ${peerQuotas}; rate ${rate}: ${mostIn(all, SECOND)}`,
			);
		}
	}
}

type Change = {readonly at: number; readonly peer: number; readonly isDown: boolean};

const due = (changes: Change[], now: number): Change[] => {
	const count = changes.findIndex(({at}) => at > now);
	return changes.splice(0, count < 0 ? changes.length : count);
};

import type {ExecutionContext} from 'ava';
import type {WindowConfig} from '../../src/config/windows.js';
import {Bandwidth} from '../../src/delivery/bandwidth.js';
import {Dispatcher, type DispatcherOptions} from '../../src/delivery/dispatcher.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {DeliverySpy} from './delivery-spy.js';
import {FakeClock} from './fake-clock.js';
import {FakeStore} from './fake-store.js';
import {acked, ScriptedTransport} from './scripted-transport.js';
import {Watch} from './watch.js';

export type StageOptions = Partial<
	Pick<DispatcherOptions, 'workerCount' | 'maxInflightBytes' | 'catchUp'>
> & {
	readonly policy?: Partial<DispatcherOptions['policy']>;
	/** Peers are numbered from 1. */
	readonly peers?: readonly string[];
	/** Of every peer; `windows` of the stage changes them. */
	readonly windows?: readonly WindowConfig[];
};

/** A dispatcher among fakes: a clock that stands still, a store in memory, transports with a script, and ears. */
export class DeliveryStage {
	readonly clock = new FakeClock();
	readonly watch = new Watch();
	readonly store = new FakeStore(this.clock, this.watch);
	readonly spy = new DeliverySpy(this.watch);
	readonly bugs: unknown[] = [];
	readonly bandwidth = new Bandwidth(
		{total: {bytesPerSecond: 0, dailyQuotaBytes: 0}, peers: new Map()},
		{burstSeconds: 0.1, clock: this.clock, settings: this.store, quota: this.store.quota},
	);
	readonly transports = new Map<string, ScriptedTransport>();
	readonly dispatcher: Dispatcher;
	windows: readonly WindowConfig[];

	constructor(t: ExecutionContext, {peers = ['hub'], policy, windows = [], ...options}: StageOptions = {}) {
		this.windows = windows;
		this.dispatcher = new Dispatcher({
			store: this.store,
			bandwidth: this.bandwidth,
			windowsOf: () => this.windows,
			workerCount: 4,
			maxInflightBytes: 8 * 1024 * 1024,
			catchUp: 'oldest_first',
			drainTimeoutMs: 10_000,
			clock: this.clock,
			observer: this.spy,
			onBug: error => {
				this.bugs.push(error);
				this.watch.touch();
			},
			policy: {
				maxRetryCount: 8,
				backoffBaseMs: 1000,
				backoffMaxMs: 300_000,
				outagePolicy: 'hold',
				stableMs: 10_000,
				nodeId: 'edge-1',
				...policy,
			},
			...options,
		});
		for (const [index, id] of peers.entries()) {
			const transport = new ScriptedTransport(this.watch);
			this.transports.set(id, transport);
			this.dispatcher.add({id: id as PeerId, no: (index + 1) as PeerNo}, transport);
		}
		t.teardown(async () => {
			await this.stop(0);
			await this.bandwidth.stop();
			if (this.bugs.length > 0) {
				throw new AggregateError(this.bugs, 'Bugs were told');
			}
		});
	}

	/** Of the only peer, or the one named. */
	transport(peer = 'hub'): ScriptedTransport {
		const transport = this.transports.get(peer);
		if (transport === undefined) {
			throw new Error(`No transport for ${peer}`);
		}
		return transport;
	}

	/** Every send of `peer` is acknowledged at once. */
	acknowledge(peer = 'hub'): void {
		this.transport(peer).script = acked;
	}

	async until(holds: () => boolean): Promise<void> {
		await this.watch.until(holds);
	}

	async untilIdle(peer = 'hub'): Promise<void> {
		const before = this.spy.idles.get(peer as PeerId) ?? 0;
		await this.until(() => (this.spy.idles.get(peer as PeerId) ?? 0) > before);
	}

	/** Lets everything happen that needs no time, as far as that needs no more turns of the event loop. */
	async settle(turns = 20): Promise<void> {
		for (let turn = 0; turn < turns; turn++) {
			await new Promise(setImmediate);
		}
	}

	/** Moves the clock in steps, so that what a timer starts can start the next timer. */
	async pass(ms: number, stepMs = ms, turns?: number): Promise<void> {
		for (let left = ms; left > 0; left -= stepMs) {
			this.clock.advance(Math.min(stepMs, left));
			await this.settle(turns);
		}
	}

	/** Stops the dispatcher, with as much time as it takes. */
	async stop(drainTimeoutMs: number): Promise<void> {
		let stopped = false;
		const stopping = this.dispatcher.stop(drainTimeoutMs).then(() => {
			stopped = true;
		});
		while (!stopped) {
			await this.pass(100);
		}
		await stopping;
	}
}

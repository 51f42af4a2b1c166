import fc from 'fast-check';
import type {SuccessCondition} from '../../../src/config/relay.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import type {ExceptionVerdict, Lease, ServiceOrder} from '../../../src/storage/store.js';
import {anyBulkChange, anyChange, ChangeAll} from './change.js';
import {Command, RETENTION_MS, type Real} from './command.js';
import {draftSpec, Enqueue} from './enqueue.js';
import {Hold, HoldAll} from './hold.js';
import {anyImport} from './import.js';
import {Bulk, Operator} from './operator.js';
import type {ModelLease, ModelRecord, QueueModel} from './queue-model.js';
import {Retire} from './retire.js';
import {Sequence} from './sequence.js';
import {TakeLease} from './take-lease.js';

/** How each entry of a lease fares, in turn: `a`cked, `f`ailed, `r`ejected, e`x`hausted, `m`issing, released (`-`). */
class Settle extends Command {
	readonly which: number;
	readonly fates: string;

	constructor(which: number, fates: string) {
		super();
		this.which = which;
		this.fates = fates;
	}

	override check(model: Readonly<QueueModel>): boolean {
		return model.leases.some(({isOpen}) => isOpen);
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const open = model.leases.filter(({isOpen}) => isOpen);
		const lease = open[this.which % open.length] as ModelLease;
		const acked: [number, number][] = [];
		const exceptions: ExceptionVerdict[] = [];
		for (const [index, record] of lease.records.entries()) {
			const fate = this.fates[index % this.fates.length] ?? 'a';
			if (fate === 'a') {
				acked.push([index, index]);
			} else if (fate !== '-') {
				exceptions.push(verdict(fate, index, record.segment.payload.length));
			}
			this.#apply(model, record, fate, lease.cut.has(record));
		}
		const whole = this.fates === 'a' ? ('all' as const) : acked;
		const settlement = {acked: whole, exceptions, ...this.#sent(lease)};
		if (!(await store.settle(lease.handle as Lease, settlement))) {
			throw new Error('the lease was gone');
		}
		lease.isOpen = false;
		model.quota.spend(model.now, lease.peer, settlement.bytesSent ?? lease.chargedBytes);
	}

	/** Nobody knows, or a part of the charge. */
	#sent({chargedBytes}: ModelLease): {readonly bytesSent?: number} {
		return this.which === 0 ? {} : {bytesSent: Math.floor(chargedBytes / this.which)};
	}

	#apply(model: QueueModel, record: ModelRecord, fate: string, isCut: boolean): void {
		if (isCut) {
			// Cut out by an operator, or because other peers were enough: a late acknowledgement is noted while the record is not done with.
			if (fate === 'a' && !['acked', 'purged', 'forgotten'].includes(record.state)) {
				record.outcomes.push('ACKED');
			}
			return;
		}
		if (fate === '-') {
			record.state = 'scheduled';
			return;
		}
		const outcome = ({a: 'ACKED', f: 'FAILED', r: 'REJECTED', x: 'FAILED', m: 'SEGMENT_MISSING'} as const)[
			fate
		];
		record.outcomes.push(outcome ?? 'FAILED');
		record.fresh = false;
		if (fate === 'a') {
			model.ack(record);
		} else if (fate === 'f') {
			record.state = 'failed';
			record.charged++;
			record.dueAt = model.now + 1500;
		} else {
			record.charged += fate === 'x' ? 1 : 0;
			model.bury(
				record,
				({r: 'REJECTED', x: 'MAX_RETRIES', m: 'SEGMENT_MISSING'} as const)[fate] ?? 'REJECTED',
			);
		}
	}
}

const verdict = (fate: string, index: number, size: number): ExceptionVerdict => {
	const base = {index, error: 'no', bytesSent: size};
	switch (fate) {
		case 'f':
			return {...base, event: 'fail', outcome: 'FAILED', retryInMs: 1500};
		case 'r':
			return {...base, event: 'reject', outcome: 'REJECTED'};
		case 'x':
			return {...base, event: 'exhaust', outcome: 'FAILED'};
		default:
			return {...base, event: 'missing', outcome: 'SEGMENT_MISSING'};
	}
};

class Pass extends Command {
	readonly seconds: number;

	constructor(seconds: number) {
		super();
		this.seconds = seconds;
	}

	/** What is forgotten when the condition changes cannot be foretold. */
	override check(model: Readonly<QueueModel>): boolean {
		return !model.hasChanged || this.seconds * 1000 < RETENTION_MS;
	}

	async act(model: QueueModel, {store, clock}: Real): Promise<void> {
		clock.advance(this.seconds * 1000);
		model.live = {horizon: store.horizon(), calls: model.calls};
		model.now += this.seconds * 1000;
		while (await store.tend()) {
			// Until nothing is due.
		}
		model.expire();
	}
}

class Crash extends Command {
	async act(model: QueueModel, real: Real): Promise<void> {
		await real.reopen();
		model.crash();
	}
}

/** Another condition needs a restart, which abandons what was inflight. */
class ChangeCondition extends Command {
	readonly condition: SuccessCondition;

	constructor(condition: SuccessCondition) {
		super();
		this.condition = condition;
	}

	override check({condition}: Readonly<QueueModel>): boolean {
		return condition !== 'all_peers' && condition !== this.condition;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		await real.reopen({successCondition: this.condition});
		model.crash();
		model.changeCondition(this.condition);
	}
}

class SetQuota extends Command {
	readonly bytes: number;

	constructor(bytes: number) {
		super();
		this.bytes = bytes;
	}

	async act({quota}: QueueModel, {store}: Real): Promise<void> {
		quota.limit = this.bytes;
		store.quota.limit({policy: 'defer', reservePercent: 0, totalBytes: this.bytes, peers: new Map()});
	}
}

const anyOrder = fc.constantFrom<ServiceOrder['kind']>('oldest_first', 'newest_first', 'live_first');

/** What one peer is being sent is moved from another meanwhile, and then settled: perhaps it was the last that anybody needed. */
const movedWhileSent = fc
	.tuple(
		fc.array(draftSpec, {minLength: 1, maxLength: 4}),
		fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
		fc.constantFrom(1, 1000),
		fc.constantFrom('a', 'a', 'af', 'r'),
	)
	.map(([specs, [sent, from, to], limit, fates]) => {
		const all = {peer: from, classNo: undefined, state: undefined, olderThanMs: undefined};
		return new Sequence([
			new Enqueue(specs, 'each'),
			new TakeLease(sent, 2 ** 20, 4096),
			new ChangeAll({verb: 'move', to}, all, limit),
			new Settle(5, fates),
		]);
	});

export const allCommands = [
	fc
		.tuple(fc.array(draftSpec, {minLength: 1, maxLength: 6}), fc.constantFrom<'all' | 'each'>('all', 'each'))
		.map(([specs, mode]) => new Enqueue(specs, mode)),
	fc
		.tuple(fc.nat(2), fc.constantFrom(1, 200, 2 ** 20), fc.constantFrom(1, 2, 3, 4096), anyOrder)
		.map(([peer, bytes, entries, order]) => new TakeLease(peer, bytes, entries, order)),
	fc.nat(2).map(peer => new TakeLease(peer, 2 ** 20, 4096)),
	fc
		.tuple(fc.nat(5), fc.constantFrom('a', 'a', '-', 'f', 'af', 'ra', 'x', 'fa-', 'mar', 'ffr', 'a-'))
		.map(([which, fates]) => new Settle(which, fates)),
	fc
		.tuple(fc.constantFrom('force', 'retry', 'purge'), fc.nat(50))
		.map(([verb, pick]) => new Operator(verb, pick)),
	fc
		.tuple(fc.constantFrom<'retry' | 'purge'>('retry', 'purge'), fc.constantFrom(1, 3, 1000))
		.map(([verb, limit]) => new Bulk(verb, limit)),
	fc
		.tuple(fc.constantFrom<'hold' | 'release'>('hold', 'release'), fc.nat(50))
		.map(([verb, pick]) => new Hold(verb, pick)),
	fc
		.tuple(fc.constantFrom<'hold' | 'release'>('hold', 'release'), fc.constantFrom(1, 3, 1000))
		.map(([verb, limit]) => new HoldAll(verb, limit)),
	fc.constantFrom(0, 3000, 20_000, 10_000_000).map(ms => new Retire(ms)),
	anyChange,
	anyChange,
	anyBulkChange,
	movedWhileSent,
	anyImport,
	anyImport,
	fc.constantFrom<SuccessCondition>('one_peer', 2, 3).map(condition => new ChangeCondition(condition)),
	// Every segment fits, and not many of them.
	fc.constantFrom(0, 80_000, 100_000).map(bytes => new SetQuota(bytes)),
	fc.constantFrom(2, 2, 7, 30, 100_000, 800_000).map(seconds => new Pass(seconds)),
	fc.constant(0).map(() => new Crash()),
] as const;

const oneLarge = fc.tuple(fc.nat(7), fc.constantFrom<ClassNo>(1, 2, 3)).map(([route, classNo]) => {
	const spec = {id: undefined, payload: 70_000, route, classNo, expires: false};
	return new Enqueue([spec], 'all');
});

/** A block of which much is done with and a little not, and then no room: it is thinned. */
const thinned = fc
	.tuple(
		fc.nat(7),
		fc.constantFrom<ClassNo>(1, 2),
		fc.constantFrom('aaaaaaaf', 'aaaaaaar', 'faaaaaaa', '-aaaaaaa'),
	)
	.map(([route, classNo, fates]) => {
		const spec = {id: undefined, route, classNo, expires: false};
		const block = Array.from({length: 8}, (_, at) => ({...spec, payload: 6000 + at}));
		const large = [{...spec, classNo: 3 as ClassNo, payload: 70_000}];
		return new Sequence([
			new Enqueue(block, 'all'),
			new TakeLease(0, 2 ** 20, 4096),
			new Settle(5, fates),
			new Enqueue(large, 'all'),
			new Enqueue(large, 'all'),
			new Enqueue(large, 'all'),
		]);
	});

/** For a store with little room: what comes in is large, and little of it is forgotten meanwhile. */
export const crowdingCommands = [
	...allCommands.slice(0, -3),
	oneLarge,
	oneLarge,
	oneLarge,
	thinned,
	fc.constantFrom(2, 2, 7, 30).map(seconds => new Pass(seconds)),
	fc.constant(0).map(() => new Crash()),
] as const;

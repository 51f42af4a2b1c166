import fc from 'fast-check';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import type {ExceptionVerdict, Lease, SegmentIdentity} from '../../../src/storage/store.js';
import type {StoreFixture} from '../store-fixture.js';
import {checkLease} from './check-lease.js';
import {compare} from './compare.js';
import type {ModelLease, ModelRecord, QueueModel} from './queue-model.js';

export const PEER_IDS = ['a', 'b', 'c'] as PeerId[];
export const RETENTION_MS = 86_400_000;
type Real = StoreFixture;

abstract class Command implements fc.AsyncCommand<QueueModel, Real> {
	abstract act(model: QueueModel, real: Real): Promise<void>;

	check(_model: Readonly<QueueModel>): boolean {
		return true;
	}

	async run(model: QueueModel, real: Real): Promise<void> {
		await this.act(model, real);
		compare(model, real.store, RETENTION_MS);
	}

	toString(): string {
		return `${this.constructor.name}(${JSON.stringify({...this})})`;
	}
}

export type DraftSpec = {
	readonly id: number | undefined;
	readonly payload: number;
	readonly route: number;
	readonly classNo: ClassNo;
	readonly expires: boolean;
};

export class Enqueue extends Command {
	readonly specs: readonly DraftSpec[];
	readonly mode: 'all' | 'each';

	constructor(specs: readonly DraftSpec[], mode: 'all' | 'each') {
		super();
		this.specs = specs;
		this.mode = mode;
	}

	async act(model: QueueModel, {store, peers}: Real): Promise<void> {
		const known = PEER_IDS.slice(0, peers.length);
		const drafts = this.specs.map(spec => {
			const route = known.filter((_, at) => (spec.route >> at) & 1);
			const chosen = route.length === 0 ? known.slice(0, 1) : route;
			const identity: SegmentIdentity =
				spec.id === undefined ? {kind: 'made'} : {kind: 'given', id: `given-${spec.id}` as SegmentId};
			return {spec, identity, route: chosen, payload: 'x'.repeat(spec.payload)};
		});
		const answer = await store
			.enqueue(
				drafts.map(({spec, identity, route, payload}) => ({
					identity,
					payload: Buffer.from(payload),
					route: store.route(route),
					classNo: spec.classNo,
					hops: 0,
					...(spec.expires ? {expiresInMs: 5500} : {}),
				})),
				this.mode,
			)
			.catch((error: {code?: string}) => {
				if (error.code !== 'CONFLICT') {
					throw error;
				}
				return undefined;
			});
		let conflicts = 0;
		let doubtful = 0;
		const added: string[] = [];
		for (const [index, {spec, identity, route, payload}] of drafts.entries()) {
			const expected = this.#expected(model, identity, payload, route);
			conflicts += expected === 'conflict' ? 1 : 0;
			doubtful += expected === 'either' ? 1 : 0;
			if (answer === undefined) {
				if (expected === 'accepted' || expected === 'either') {
					// Within the call an earlier new id counts too; it is taken back below.
					added.push(model.add(this.#segment(model, `refused-${index}`, identity, payload, route, spec)).id);
				}
				continue;
			}
			const status = answer.status(index);
			if (expected !== 'either' && status !== expected) {
				throw new Error(`draft ${index}: ${status}, the model says ${expected}`);
			}
			if (status === 'accepted') {
				model.add(this.#segment(model, answer.segmentId(index), identity, payload, route, spec));
			}
		}
		if (answer === undefined) {
			if (conflicts + doubtful === 0 || this.mode === 'each') {
				throw new Error('refused as a conflict that the model does not see');
			}
			model.segments.length -= added.length;
		} else if (this.mode === 'all' && conflicts > 0) {
			throw new Error('the model sees a conflict, the store does not');
		}
	}

	#segment(
		model: QueueModel,
		id: string,
		identity: SegmentIdentity,
		payload: string,
		route: readonly PeerId[],
		spec: DraftSpec,
	) {
		return {
			id: identity.kind === 'given' ? identity.id : id,
			payload,
			route,
			classNo: spec.classNo,
			expiresAt: spec.expires ? model.now + 5500 : 0,
		};
	}

	#expected(model: QueueModel, identity: SegmentIdentity, payload: string, route: readonly PeerId[]) {
		const found = identity.kind === 'given' ? model.find(identity.id) : undefined;
		if (found === undefined) {
			return 'accepted';
		}
		const isOver = found.records.every(({state}) => ['acked', 'purged', 'forgotten'].includes(state));
		if (isOver && found.enqueuedAt + RETENTION_MS <= model.now) {
			return 'either';
		}
		const isSame = found.payload === payload && String(found.route) === String(route);
		return isSame ? 'duplicate' : 'conflict';
	}
}

export class TakeLease extends Command {
	readonly peer: number;
	readonly maxBytes: number;
	readonly maxEntries: number;

	constructor(peer: number, maxBytes: number, maxEntries: number) {
		super();
		this.peer = peer;
		this.maxBytes = maxBytes;
		this.maxEntries = maxEntries;
	}

	async act(model: QueueModel, {store, peers}: Real): Promise<void> {
		const at = this.peer % peers.length;
		const id = PEER_IDS[at] as PeerId;
		const window = {maxBytes: this.maxBytes, maxEntries: this.maxEntries};
		const lease = await store.lease(peers[at] as Real['peers'][number], window);
		const records = checkLease(model, id, lease, window, store);
		for (const record of records) {
			record.state = 'inflight';
		}
		if (lease !== undefined) {
			model.leases.push({records, cut: new Set(), handle: lease, isOpen: true});
		}
	}
}

/** How each entry of a lease fares, in turn: `a`cked, `f`ailed, `r`ejected, e`x`hausted, `m`issing, released (`-`). */
export class Settle extends Command {
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
		if (!(await store.settle(lease.handle as Lease, {acked: whole, exceptions}))) {
			throw new Error('the lease was gone');
		}
		lease.isOpen = false;
	}

	#apply(model: QueueModel, record: ModelRecord, fate: string, isCut: boolean): void {
		if (isCut) {
			// Cut out by an operator: a late acknowledgement is noted while the record is not done with.
			if (fate === 'a' && ['scheduled', 'inflight', 'failed', 'deadletter'].includes(record.state)) {
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
			record.state = 'acked';
			record.charged = 0;
			record.settledAt = model.now;
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

export class Operator extends Command {
	readonly verb: 'force' | 'retry' | 'purge';
	readonly pick: number;

	constructor(verb: 'force' | 'retry' | 'purge', pick: number) {
		super();
		this.verb = verb;
		this.pick = pick;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const known = model.records.filter(
			({state, segment}) => state !== 'purged' && state !== 'forgotten' && model.find(segment.id) === segment,
		);
		const record = known[this.pick % Math.max(1, known.length)];
		if (record === undefined) {
			return;
		}
		const isGone = record.state === 'acked' && record.settledAt + RETENTION_MS <= model.now;
		const done = await store[this.verb](record.segment.id as SegmentId, record.peer).then(
			result => ({result}),
			(error: {code?: string}) => ({code: error.code}),
		);
		const expected = this.#expected(record);
		if ('code' in done) {
			if (done.code !== expected && !(isGone && done.code === 'NOT_FOUND')) {
				throw done.code === undefined
					? new Error(`${this.verb} failed`)
					: new Error(`${this.verb}: ${done.code}`);
			}
			return;
		}
		if (expected !== 'ok') {
			throw new Error(`${this.verb} of ${record.state} was accepted, the model says ${expected}`);
		}
		applyVerb(model, record, this.verb);
	}

	#expected(record: ModelRecord): string {
		if (this.verb === 'force') {
			return record.state === 'acked' ? 'INVALID_STATE' : 'ok';
		}
		if (record.state !== 'deadletter') {
			return 'INVALID_STATE';
		}
		return this.verb === 'retry' && record.reason === 'SEGMENT_MISSING' ? 'SEGMENT_MISSING' : 'ok';
	}
}

const applyVerb = (model: QueueModel, record: ModelRecord, verb: 'force' | 'retry' | 'purge'): void => {
	if (verb === 'force' && record.state !== 'deadletter') {
		for (const lease of model.leases.filter(({isOpen, records}) => isOpen && records.includes(record))) {
			lease.cut.add(record);
		}
		model.bury(record, 'FORCED');
	} else if (verb === 'retry') {
		Object.assign(record, {
			state: 'scheduled',
			fresh: false,
			charged: 0,
			abandons: 0,
			dueAt: 0,
			reason: undefined,
			isExpiryWaived: true,
		});
	} else if (verb === 'purge') {
		record.state = 'purged';
	}
};

export class Bulk extends Command {
	readonly verb: 'retry' | 'purge';
	readonly limit: number;

	constructor(verb: 'retry' | 'purge', limit: number) {
		super();
		this.verb = verb;
		this.limit = limit;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const dead = model.records.filter(({state}) => state === 'deadletter');
		const retryable = dead.filter(({reason}) => this.verb === 'purge' || reason !== 'SEGMENT_MISSING');
		let cursor: string | undefined;
		let changed = 0;
		for (let done = false; !done; ) {
			const selector = cursor === undefined ? {} : {cursor};
			const step = await (this.verb === 'retry'
				? store.retryMatching(selector, this.limit)
				: store.purgeMatching(selector, this.limit));
			if (step.changed > this.limit) {
				throw new Error(`${step.changed} changed in a step of ${this.limit}`);
			}
			({cursor, done} = step);
			changed += step.changed;
		}
		if (changed !== retryable.length) {
			throw new Error(`${this.verb} changed ${changed}, the model says ${retryable.length}`);
		}
		for (const record of retryable) {
			applyVerb(model, record, this.verb);
		}
	}
}

export class Pass extends Command {
	readonly seconds: number;

	constructor(seconds: number) {
		super();
		this.seconds = seconds;
	}

	async act(model: QueueModel, {store, clock}: Real): Promise<void> {
		clock.advance(this.seconds * 1000);
		model.now += this.seconds * 1000;
		while (await store.tend()) {
			// Until nothing is due.
		}
		model.expire();
	}
}

export class Crash extends Command {
	async act(model: QueueModel, real: Real): Promise<void> {
		await real.reopen();
		model.crash();
	}
}

const draftSpec = fc.record({
	id: fc.option(fc.nat(5), {nil: undefined}),
	payload: fc.constantFrom(0, 1, 7, 100, 70_000),
	route: fc.nat(7),
	classNo: fc.constantFrom<ClassNo>(0, 1, 2, 2, 2, 3),
	expires: fc.boolean(),
});

export const allCommands = [
	fc
		.tuple(fc.array(draftSpec, {minLength: 1, maxLength: 6}), fc.constantFrom<'all' | 'each'>('all', 'each'))
		.map(([specs, mode]) => new Enqueue(specs, mode)),
	fc
		.tuple(fc.nat(2), fc.constantFrom(1, 200, 2 ** 20), fc.constantFrom(1, 2, 3, 4096))
		.map(([peer, bytes, entries]) => new TakeLease(peer, bytes, entries)),
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
	fc.constantFrom(2, 2, 7, 30, 100_000, 800_000).map(seconds => new Pass(seconds)),
	fc.constant(0).map(() => new Crash()),
] as const;

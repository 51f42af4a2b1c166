import {isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import {type ClassNo, priorityOf} from '../../../src/outbound/priorities.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import type {WaitingChange, WaitingSelector} from '../../../src/storage/store.js';
import {Command, PEER_IDS, RETENTION_MS, type Real} from './command.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

/** Of the verbs that change where, or whether, a record waits; hold.ts has the others. */
export type ModelChange =
	| {readonly verb: 'expire' | 'force'}
	| {readonly verb: 'set_priority'; readonly classNo: ClassNo}
	| {readonly verb: 'move'; readonly to: number};

const peerAt = (at: number, {peers}: Real): PeerId => PEER_IDS[at % peers.length] as PeerId;

const asked = (change: ModelChange, real: Real): WaitingChange => {
	switch (change.verb) {
		case 'expire':
		case 'force':
			return change.verb;
		case 'set_priority':
			return {setPriority: priorityOf(change.classNo)};
		case 'move':
			return {moveTo: peerAt(change.to, real)};
	}
};

const waits = ({state}: ModelRecord): boolean => state === 'scheduled' || state === 'failed';
const keepsPayload = ({reason}: ModelRecord): boolean => reason !== 'SEGMENT_MISSING' && reason !== 'EVICTED';

/** `as it is`: it is so already. */
const expectedOf = (record: ModelRecord, change: ModelChange, real: Real): string => {
	const isMovable = change.verb === 'move' && record.state === 'deadletter';
	if (!waits(record) && !isMovable) {
		return 'INVALID_STATE';
	}
	if (isMovable && !keepsPayload(record)) {
		return 'SEGMENT_MISSING';
	}
	if (change.verb === 'move') {
		const isThere = record.segment.records.some(({peer}) => peer === peerAt(change.to, real));
		return isThere ? 'INVALID_STATE' : 'ok';
	}
	return change.verb === 'set_priority' && record.classNo === change.classNo ? 'as it is' : 'ok';
};

const apply = (model: QueueModel, record: ModelRecord, change: ModelChange, real: Real): void => {
	switch (change.verb) {
		case 'expire':
			model.bury(record, 'EXPIRED');
			break;
		case 'force':
			model.bury(record, 'FORCED');
			break;
		case 'set_priority':
			model.setPriority(record, change.classNo);
			break;
		case 'move':
			model.move(record, peerAt(change.to, real));
			break;
	}
};

class Change extends Command {
	readonly change: ModelChange;
	readonly pick: number;

	constructor(change: ModelChange, pick: number) {
		super();
		this.change = change;
		this.pick = pick;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		const known = model.records.filter(
			({state, segment}) => state !== 'purged' && state !== 'forgotten' && model.find(segment.id) === segment,
		);
		const record = known[this.pick % Math.max(1, known.length)];
		if (record === undefined) {
			return;
		}
		const {store} = real;
		const [change, segment] = [asked(this.change, real), record.segment.id as SegmentId];
		const preview = await answerOf(() => store.previewChange(change, segment, record.peer));
		const done = await answerOf(() => store.change(change, segment, record.peer));
		if (preview !== done) {
			throw new Error(`the preview said ${preview}, the change ${done}`);
		}
		const expected = expectedOf(record, this.change, real);
		const isGone = model.mayBeForgotten(record, RETENTION_MS) && done === 'NOT_FOUND';
		if (done !== expected && !isGone) {
			throw new Error(`${this.change.verb} of ${record.state}: ${done}, the model says ${expected}`);
		}
		if (done === 'ok') {
			apply(model, record, this.change, real);
		}
	}
}

const answerOf = async (
	call: () => {readonly changed: number} | Promise<{readonly changed: number}>,
): Promise<string> => {
	try {
		return (await call()).changed === 1 ? 'ok' : 'as it is';
	} catch (error) {
		const {code} = error as {code?: string};
		if (code === undefined) {
			throw error;
		}
		return code;
	}
};

type ModelSelector = {
	readonly peer: number | undefined;
	readonly classNo: ClassNo | undefined;
	readonly state: WaitingSelector['state'] | undefined;
	/** Enqueued at least so long ago; of deadletters the model does not know when they died. */
	readonly olderThanMs: number | undefined;
};

export class ChangeAll extends Command {
	readonly change: ModelChange;
	readonly selector: ModelSelector;
	readonly limit: number;

	constructor(change: ModelChange, selector: ModelSelector, limit: number) {
		super();
		this.change = change;
		this.selector = selector;
		this.limit = limit;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		const {store} = real;
		const matching = model.records.filter(record => this.#matches(model, record, real));
		const able = matching.filter(record => expectedOf(record, this.change, real) === 'ok');
		const refused = matching.filter(
			record => !['ok', 'as it is'].includes(expectedOf(record, this.change, real)),
		);
		const change = asked(this.change, real);
		const selector = this.#selector(real);
		const seen = store.previewMatching(change, selector, 1000);
		const sum = {changed: 0, refused: 0};
		let cursor: string | undefined;
		for (let done = false; !done; ) {
			const step = await store.changeMatching(change, {...selector, ...(cursor && {cursor})}, this.limit);
			if (step.changed > this.limit) {
				throw new Error(`${step.changed} changed in a step of ${this.limit}`);
			}
			({cursor, done} = step);
			sum.changed += step.changed;
			sum.refused += step.refused;
		}
		const expected = {changed: able.length, refused: refused.length};
		if (!isDeepStrictEqual(sum, expected) || seen.changed !== sum.changed || seen.refused !== sum.refused) {
			const told = JSON.stringify([sum, {changed: seen.changed, refused: seen.refused}]);
			throw new Error(`${this.change.verb} all: ${told}, the model says ${JSON.stringify(expected)}`);
		}
		for (const record of able) {
			apply(model, record, this.change, real);
		}
	}

	#selector(real: Real): WaitingSelector {
		const {peer, classNo, state, olderThanMs} = this.selector;
		return {
			...(peer !== undefined && {peer: peerAt(peer, real)}),
			...(classNo !== undefined && {priority: priorityOf(classNo)}),
			...(state !== undefined && {state}),
			...(olderThanMs !== undefined && {before: (real.clock.now() - olderThanMs) as EpochMs}),
		};
	}

	#matches({now}: QueueModel, record: ModelRecord, real: Real): boolean {
		const {peer, classNo, state, olderThanMs = 0} = this.selector;
		const isHeld = record.heldSince !== undefined;
		const isSeen = this.change.verb !== 'expire' || isHeld === (state === 'held');
		const isState =
			state === undefined
				? waits(record) || record.state === 'inflight'
				: state === 'held'
					? isHeld
					: record.state === state || isLeasedFrom(state, record);
		return (
			isSeen &&
			isState &&
			(peer === undefined || record.peer === peerAt(peer, real)) &&
			(classNo === undefined || record.classNo === classNo) &&
			(olderThanMs === 0 || record.segment.enqueuedAt < now - olderThanMs)
		);
	}
}

/** What is being sent still stands where it waited, and what had failed was scheduled again when it was leased. */
const isLeasedFrom = (state: string, record: ModelRecord): boolean =>
	record.state === 'inflight' && state === 'scheduled';

const change: fc.Arbitrary<ModelChange> = fc.oneof(
	fc.constantFrom<ModelChange>({verb: 'expire'}, {verb: 'force'}),
	fc.constantFrom<ClassNo>(0, 1, 2, 3).map((classNo): ModelChange => ({verb: 'set_priority', classNo})),
	fc.nat(2).map((to): ModelChange => ({verb: 'move', to})),
	fc.nat(2).map((to): ModelChange => ({verb: 'move', to})),
);

export const anyChange = fc.tuple(change, fc.nat(50)).map(([what, pick]) => new Change(what, pick));

const option = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, {nil: undefined});

export const anyBulkChange = fc
	.tuple(
		change,
		fc.record({
			peer: option(fc.nat(2)),
			classNo: option(fc.constantFrom<ClassNo>(0, 1, 2, 3)),
			state: option(
				fc.constantFrom<NonNullable<WaitingSelector['state']>>('scheduled', 'failed', 'held', 'deadletter'),
			),
			// No whole seconds: after a restart the store's clock is a millisecond ahead of the model's.
			olderThanMs: option(fc.constantFrom(1500, 20_500)),
		}),
		fc.constantFrom(1, 3, 1000),
	)
	.map(([what, selector, limit]) => {
		const isDead = selector.state === 'deadletter';
		const sound = {
			...selector,
			// A move names whom it moves from, and deadletters are only moved.
			peer: what.verb === 'move' ? (selector.peer ?? 0) : selector.peer,
			state: isDead && what.verb !== 'move' ? undefined : selector.state,
			olderThanMs: isDead ? undefined : selector.olderThanMs,
		};
		return new ChangeAll(what, sound, limit);
	});

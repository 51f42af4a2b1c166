import fc from 'fast-check';
import {classOf} from '../../../src/outbound/priorities.js';
import {death, imported} from '../exported.js';
import {Command, PEER_IDS, RETENTION_MS, type Real} from './command.js';
import type {ModelRecord, ModelSegment, QueueModel} from './queue-model.js';

type Wanted = {
	/** A producer's id; else one of a segment that there is or was. */
	readonly given: number | undefined;
	readonly pick: number;
	readonly otherBytes: boolean;
	readonly to: number;
};

/** Deadletters of one segment that were exported: here, when the store knows it, or elsewhere. */
class Import extends Command {
	readonly wanted: Wanted;

	constructor(wanted: Wanted) {
		super();
		this.wanted = wanted;
	}

	async act(model: QueueModel, {store, peers, clock}: Real): Promise<void> {
		const {given, pick, otherBytes, to} = this.wanted;
		const ids = [...new Set(model.segments.map(({id}) => id))];
		const id = given === undefined ? ids[pick % Math.max(1, ids.length)] : `given-${given}`;
		const found = id === undefined ? undefined : model.find(id);
		const isForgotten = (record: ModelRecord): boolean =>
			record.state === 'forgotten' || model.mayBeForgotten(record, RETENTION_MS);
		if (id === undefined || found?.records.some(isForgotten)) {
			return; // What the store has forgotten, or may have, cannot be foretold.
		}
		const known = found ?? model.segments.findLast(segment => segment.id === id);
		const payload = `${known?.payload ?? 'xxxxxxx'}${otherBytes ? '!' : ''}`;
		const all = PEER_IDS.slice(0, peers.length);
		const some = all.filter((_, at) => (to >> at) & 1);
		const route = some.length === 0 ? all.slice(0, 1) : some;
		const attempts = [
			{number: 1, startedAt: 0 as never, completedAt: 0 as never, outcome: 'REJECTED', bytesSent: 0} as const,
		];
		const draft = imported(id, payload, {
			// As of now: the model knows one time of each segment. That exported times are kept is tested by itself.
			enqueuedAt: clock.now(),
			dead: route.map(peer => death(peer, {chargedFailures: 1, attempts})),
		});
		const answer = await store.importDeadletters([draft]).catch((error: {code?: string}) => {
			if (model.isShort && error.code === 'QUEUE_FULL' && found === undefined) {
				return 'full' as const;
			}
			throw error;
		});
		if (answer === 'full') {
			return;
		}
		const statuses = answer[0]?.map(({status}) => status) ?? [];
		if (
			found === undefined &&
			known !== undefined &&
			answer[0]?.every(({note}) => note?.includes('so long ago'))
		) {
			const mayBeForgotten = model.isShort || known.enqueuedAt + RETENTION_MS <= model.now;
			this.#expect(
				mayBeForgotten ? statuses : [],
				route.map(() => ['present']),
			);
			return;
		}
		if (found === undefined) {
			this.#expect(
				statuses,
				route.map(() => ['imported']),
			);
			model.calls += 1;
			model.add({id, payload, route, classNo: classOf('normal'), expiresAt: 0}).records.forEach(die(model));
			return;
		}
		const isNeeded = found.records.some(needsPayload);
		const records = route.map(peer => found.records.find(record => record.peer === peer));
		const expected = records.map(record => {
			if (payload !== found.payload) {
				return ['conflict'];
			}
			const has = record !== undefined && record.state !== 'purged';
			return has ? ['present'] : isNeeded ? ['imported'] : ['imported', 'conflict'];
		});
		this.#expect(statuses, expected);
		for (const [at, peer] of route.entries()) {
			if (statuses[at] === 'imported') {
				die(model)(records[at] ?? oneMore(model, found, peer));
			}
		}
	}

	#expect(statuses: readonly string[], expected: readonly (readonly string[])[]): void {
		if (!expected.every((those, at) => those.includes(statuses[at] ?? ''))) {
			throw new Error(`${statuses.join(' ')}, the model says ${expected.join(' ')}`);
		}
	}
}

const needsPayload = ({state, reason}: ModelRecord): boolean =>
	['scheduled', 'inflight', 'failed'].includes(state) ||
	(state === 'deadletter' && reason !== 'SEGMENT_MISSING' && reason !== 'EVICTED');

const oneMore = (model: QueueModel, segment: ModelSegment, peer: ModelRecord['peer']): ModelRecord => {
	const {records} = model.add({...segment, route: [peer]});
	model.segments.pop();
	const record = {...(records[0] as ModelRecord), segment};
	segment.records.push(record);
	return record;
};

const die =
	(model: QueueModel) =>
	(record: ModelRecord): void => {
		Object.assign(record, {
			state: 'scheduled',
			classNo: record.segment.classNo,
			isExpiryWaived: false,
			charged: 1,
			abandons: 0,
			dueAt: 0,
			outcomes: ['REJECTED'],
			settledAs: undefined,
		} satisfies Partial<ModelRecord>);
		model.bury(record, 'REJECTED');
	};

export const anyImport = fc
	.record({
		given: fc.option(fc.nat(5), {nil: undefined}),
		pick: fc.nat(50),
		otherBytes: fc.constantFrom(false, false, false, true),
		to: fc.nat(7),
	})
	.map(wanted => new Import(wanted));

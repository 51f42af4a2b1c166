import fc from 'fast-check';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import type {SegmentIdentity} from '../../../src/storage/store.js';
import {adoptEvictions} from './adopt-evictions.js';
import {Command, PEER_IDS, RETENTION_MS, type Real} from './command.js';
import type {QueueModel} from './queue-model.js';

type DraftSpec = {
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
		model.calls += 1;
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
				if (model.isShort && error.code === 'QUEUE_FULL') {
					return 'full' as const;
				}
				if (error.code !== 'CONFLICT') {
					throw error;
				}
				return undefined;
			});
		if (model.isShort) {
			adoptEvictions(model, store); // Before the model has what the evictions made room for.
		}
		if (answer === 'full') {
			return;
		}
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
		const isOver = found.records.every(({state}) =>
			['acked', 'satisfied', 'purged', 'forgotten'].includes(state),
		);
		if (isOver && (model.isShort || found.enqueuedAt + RETENTION_MS <= model.now)) {
			return 'either';
		}
		const isSame = found.payload === payload && String(found.route) === String(route);
		return isSame ? 'duplicate' : 'conflict';
	}
}

export const draftSpec = fc.record({
	id: fc.option(fc.nat(5), {nil: undefined}),
	payload: fc.constantFrom(0, 1, 7, 100, 70_000),
	route: fc.nat(7),
	classNo: fc.constantFrom<ClassNo>(0, 1, 2, 2, 2, 3),
	expires: fc.boolean(),
});

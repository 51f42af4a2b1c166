import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END} from './layout.js';
import {decodeLease} from './lease-row.js';
import type {PeerPart} from './record-view.js';
import {decodeSettled, decodeSpan, settledBits} from './settled-row.js';
import type {RecordFilter} from './store.js';

/** A place that a listing walks; one walk visits each record of a peer at most once. */
export type Stage = 'leases' | 'queue' | 'held' | 'due' | 'deadletters' | 'settled' | 'spans';
export type StageKey = readonly number[];
/** One row of a stage, or one block of a span or lease. */
export type StageRow = {
	readonly key: StageKey;
	/** Set when one key stands for several blocks: which of them. */
	readonly sub: number;
	readonly table: BlockTable;
	readonly part: PeerPart;
	readonly bits: Bits;
};

const STAGES_OF = {
	scheduled: ['queue', 'held', 'due'],
	inflight: ['leases'],
	failed: ['held', 'due'],
	abandoned: ['held', 'due'],
	acked: ['settled', 'spans'],
	satisfied: ['settled', 'spans'],
	deadletter: ['deadletters'],
} as const satisfies Record<NonNullable<RecordFilter['state']>, readonly Stage[]>;
const ALL_STAGES: readonly Stage[] = ['queue', 'held', 'due', 'deadletters', 'settled', 'spans'];

/** The stages that can hold what `filter` asks for, in the order in which they are walked. */
export const stagesFor = ({state, reason, held}: RecordFilter): readonly Stage[] => {
	const stages = stagesOfState(reason === undefined ? state : 'deadletter');
	return held === undefined ? stages : stages.filter(stage => (stage === 'held') === held);
};

const stagesOfState = (state: RecordFilter['state']): readonly Stage[] =>
	state === undefined ? ALL_STAGES : STAGES_OF[state];

/** The rows of `stage` for `peer` from `start` on (the key of a cursor: that row comes again). */
export function* walkStage(
	handles: StoreHandles,
	stage: Stage,
	peer: PeerNo,
	start: StageKey | undefined,
): Generator<StageRow> {
	const {env} = handles;
	const from = start === undefined ? [peer] : [...start];
	for (const {key, value} of env[stage].getRange({start: from, end: [peer, END]})) {
		yield* rowsOf(handles, stage, key as number[], value);
	}
}

function* rowsOf(
	handles: StoreHandles,
	stage: Stage,
	key: readonly number[],
	value: Buffer,
): Generator<StageRow> {
	switch (stage) {
		case 'queue':
			yield* one(handles, key, key[2], () => {
				const bits = decodeBits(value);
				return {place: 'queue', classNo: (key[1] ?? 0) as ClassNo, bits};
			});
			return;
		case 'due':
			yield* one(handles, key, key[3], () => groupPart(handles, key[0], key[3], key[4]));
			return;
		case 'held':
		case 'deadletters':
			yield* one(handles, key, key[2], () => groupPart(handles, key[0], key[2], key[3]));
			return;
		case 'settled':
			yield* one(handles, key, key[1], () => {
				const row = decodeSettled(value);
				return {place: 'settled', row, bits: settledBits(row)};
			});
			return;
		case 'spans': {
			const row = decodeSpan(value);
			for (const offset of row.blocks) {
				const block = ((key[1] ?? 0) + offset) as BlockNo;
				yield* one(
					handles,
					key,
					block,
					table => ({place: 'span', row, bits: Bits.full(table.count)}),
					offset,
				);
			}
			return;
		}
		case 'leases':
			yield* leaseRows(handles, key, value);
	}
}

function* leaseRows(handles: StoreHandles, key: readonly number[], value: Buffer): Generator<StageRow> {
	for (const [at, leased] of decodeLease(value).parts.entries()) {
		const {block, classNo, group, bits} = leased;
		const make = (): PeerPart | undefined =>
			group === undefined ? {place: 'queue', classNo, bits} : groupPart(handles, key[0], block, group);
		for (const row of one(handles, key, block, make, at)) {
			yield {...row, bits};
		}
	}
}

function* one(
	handles: StoreHandles,
	key: readonly number[],
	block: number | undefined,
	make: (table: BlockTable) => PeerPart | undefined,
	sub = 0,
): Generator<StageRow> {
	const table = readBlock(handles, block as BlockNo);
	const part = table === undefined ? undefined : make(table);
	if (table !== undefined && part !== undefined) {
		yield {key, sub, table, part, bits: part.bits};
	}
}

const groupPart = (
	{env}: StoreHandles,
	peer: number | undefined,
	block: number | undefined,
	group: number | undefined,
): PeerPart | undefined => {
	const value = env.groups.get([peer, block, group] as number[]);
	if (value === undefined) {
		return undefined;
	}
	const row = decodeGroup(value);
	return {place: 'group', group: group as GroupNo, row, bits: row.bits};
};

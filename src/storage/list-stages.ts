import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END, SPAN_BLOCKS} from './layout.js';
import {decodeLease} from './lease-row.js';
import type {PeerPart} from './record-view.js';
import type {RecordFilter} from './selectors.js';
import {decodeSettled, decodeSpan, settledBits} from './settled-row.js';

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

/** A row whose block has not been looked at yet: who does not want that block passes it by for nothing. */
export type UnreadRow = {
	readonly key: StageKey;
	readonly sub: number;
	readonly block: BlockNo;
	/** `undefined` when there is nothing behind it any more. */
	open(): StageRow | undefined;
};

/** What of a stage is wanted. Where its keys are ordered by it, the rest is not even passed by. */
export type Scope = {
	readonly classNo?: ClassNo | undefined;
	/** In the order of their numbers; they do not overlap. */
	readonly blocks: ReadonlyArray<{readonly from: BlockNo; readonly below: BlockNo}>;
};
export const WHOLE: Scope = {blocks: [{from: 0 as BlockNo, below: Number.MAX_SAFE_INTEGER as BlockNo}]};

export const isWithin = ({blocks}: Scope, block: BlockNo): boolean =>
	blocks.some(({from, below}) => block >= from && block < below);

/** The rows of `stage` for `peer` from `start` on (the key of a cursor: that row comes again). Rows of blocks outside of `scope` may come too. */
export function* walkRows(
	handles: StoreHandles,
	stage: Stage,
	peer: PeerNo,
	start: StageKey | undefined,
	scope: Scope = WHOLE,
): Generator<UnreadRow> {
	for (const {first, end} of rangesOf(stage, peer, scope)) {
		const from = start === undefined || isBefore(start, first) ? first : [...start];
		for (const {key, value} of handles.env[stage].getRange({start: from, end})) {
			yield* rowsOf(handles, stage, key as number[], value);
		}
	}
}

type Range = {readonly first: number[]; readonly end: Array<number | string>};

/** In the order of the keys. */
const rangesOf = (stage: Stage, peer: PeerNo, {classNo, blocks}: Scope): readonly Range[] => {
	const classes = classNo === undefined ? CLASS_NUMBERS : [classNo];
	switch (stage) {
		case 'queue':
			return classes.flatMap(each =>
				blocks.map(({from, below}) => ({first: [peer, each, from], end: [peer, each, below]})),
			);
		case 'due':
			return classes.map(each => ({first: [peer, each], end: [peer, each, END]}));
		case 'settled':
			return blocks.map(({from, below}) => ({first: [peer, from], end: [peer, below]}));
		case 'spans':
			// A row may reach into the next part too: it comes once.
			return blocks.map(({from, below}, at) => ({
				first: [peer, Math.max(blocks[at - 1]?.below ?? 0, from - SPAN_BLOCKS)],
				end: [peer, below],
			}));
		case 'leases':
		case 'held':
		case 'deadletters':
			return [{first: [peer], end: [peer, END]}];
	}
};

const isBefore = (key: StageKey, other: StageKey): boolean => {
	const at = key.findIndex((part, index) => part !== other[index]);
	return at >= 0 && (other[at] !== undefined ? (key[at] ?? 0) < other[at] : false);
};

function* rowsOf(
	handles: StoreHandles,
	stage: Stage,
	key: readonly number[],
	value: Buffer,
): Generator<UnreadRow> {
	switch (stage) {
		case 'queue':
			yield unread(handles, key, key[2], () => {
				const bits = decodeBits(value);
				return {place: 'queue', classNo: (key[1] ?? 0) as ClassNo, bits};
			});
			return;
		case 'due':
		case 'held':
		case 'deadletters':
			yield unread(handles, key, key.at(-2), () => groupBehind(handles, stage, key));
			return;
		case 'settled':
			yield unread(handles, key, key[1], () => {
				const row = decodeSettled(value);
				return {place: 'settled', row, bits: settledBits(row)};
			});
			return;
		case 'spans': {
			const row = decodeSpan(value);
			for (const offset of row.blocks) {
				yield unread(
					handles,
					key,
					(key[1] ?? 0) + offset,
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

function* leaseRows(handles: StoreHandles, key: readonly number[], value: Buffer): Generator<UnreadRow> {
	for (const [at, leased] of decodeLease(value).parts.entries()) {
		const {block, classNo, group, bits} = leased;
		const make = (): PeerPart | undefined =>
			group === undefined ? {place: 'queue', classNo, bits} : groupPart(handles, key[0], block, group);
		const row = unread(handles, key, block, make, at);
		yield {
			...row,
			open() {
				const opened = row.open();
				return opened === undefined ? undefined : {...opened, bits};
			},
		};
	}
}

const unread = (
	handles: StoreHandles,
	key: readonly number[],
	block: number | undefined,
	make: (table: BlockTable) => PeerPart | undefined,
	sub = 0,
): UnreadRow => ({
	key,
	sub,
	block: (block ?? 0) as BlockNo,
	open() {
		const table = readBlock(handles, block as BlockNo);
		const part = table === undefined ? undefined : make(table);
		return table === undefined || part === undefined ? undefined : {key, sub, table, part, bits: part.bits};
	},
});

/** A key without its group is damage: who meets it has it put right. */
const groupBehind = (
	handles: StoreHandles,
	database: 'due' | 'held' | 'deadletters',
	key: readonly number[],
): PeerPart | undefined =>
	groupPart(handles, key[0], key.at(-2), key.at(-1)) ??
	handles.env.watch.noted({database, key: [...key]}, 'it leads to no group');

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

import {CLASS_NUMBERS} from '../../outbound/priorities.js';
import type {BlockNo, GroupNo, PeerNo} from '../../outbound/units.js';
import {Bits} from '../bits.js';
import {decodeBits} from '../bits-row.js';
import {decodeGroup, type GroupRow} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {END} from '../layout.js';
import type {Place} from '../read-watch.js';
import {findSpan} from '../record-view.js';
import {DamagedRowError} from '../row-reader.js';
import {decodeSettled, settledBits} from '../settled-row.js';
import type {Row, Table} from '../table.js';

/** What is left of one peer's records of a block. */
export type PeerRows = {
	readonly waiting: readonly {readonly place: Place; readonly bits: Bits}[];
	readonly groups: readonly {readonly group: GroupNo; readonly row: GroupRow}[];
	readonly settled: Bits | undefined;
	readonly isSpanned: boolean;
	/** Rows that are there and are not what was written. */
	readonly damaged: readonly Place[];
};

/** Reads every row of `block` for `peer` without being stopped by one that is damaged. */
export const readPeerRows = (handles: StoreHandles, block: BlockNo, peer: PeerNo): PeerRows => {
	const {env} = handles;
	const damaged: Place[] = [];
	const open = <Value>(
		table: Table,
		{key, value}: Row,
		decode: (row: Buffer) => Value,
	): Value | undefined => {
		const read = readRow(table, {key, value}, decode);
		if (read === undefined) {
			damaged.push({database: table.name, key});
		}
		return read;
	};
	const waiting: {place: Place; bits: Bits}[] = [];
	for (const name of ['queue'] as const) {
		for (const classNo of CLASS_NUMBERS) {
			const key = [peer, classNo, block];
			const value = env[name].raw.get(key);
			const bits = value === undefined ? undefined : open(env[name], {key, value}, decodeBits);
			if (bits !== undefined) {
				waiting.push({place: {database: name, key}, bits});
			}
		}
	}
	const groups: {group: GroupNo; row: GroupRow}[] = [];
	for (const {key, value} of env.groups.raw.getRange({start: [peer, block], end: [peer, block, END]})) {
		const row = open(env.groups, {key, value}, decodeGroup);
		if (row !== undefined) {
			groups.push({group: (key as [PeerNo, BlockNo, GroupNo])[2], row});
		}
	}
	const key = [peer, block];
	const proof = env.settled.raw.get(key);
	const settled =
		proof === undefined
			? undefined
			: open(env.settled, {key, value: proof}, row => settledBits(decodeSettled(row)));
	const isSpanned = findSpan(handles, peer, block) !== undefined;
	return {waiting, groups, settled, isSpanned, damaged};
};

/** `undefined` for a row that is not what was written. */
export const readRow = <Value>(
	table: Table,
	{key, value}: Row,
	decode: (row: Buffer) => Value,
): Value | undefined => {
	const row = table.opened(key, value);
	try {
		return row === undefined ? undefined : decode(row);
	} catch (error) {
		if (error instanceof DamagedRowError) {
			return undefined;
		}
		throw error;
	}
};

/** Everything that is accounted for; `undefined` when nothing says how many entries the block has. */
export const knownBits = (rows: PeerRows, count: number): Bits => {
	if (rows.isSpanned) {
		return Bits.full(count);
	}
	const sets = [
		...rows.waiting.map(({bits}) => bits),
		...rows.groups.map(({row}) => row.bits),
		...(rows.settled === undefined ? [] : [rows.settled]),
	];
	return sets.filter(({size}) => size === count).reduce((sum, bits) => sum.or(bits), Bits.empty(count));
};

/** How many entries the block has, as the rows of this peer say it. */
export const countIn = ({waiting, groups, settled}: PeerRows): number | undefined =>
	waiting[0]?.bits.size ?? groups[0]?.row.bits.size ?? settled?.size;

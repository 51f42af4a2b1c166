import type {BlockNo, PeerNo} from '../../outbound/units.js';
import {provenAcks} from '../acks.js';
import {encodeAcks} from '../acks-row.js';
import {commit, put, remove} from '../atomically.js';
import type {BlockTable} from '../block-table.js';
import {readBlock} from '../blocks.js';
import type {CounterChanges} from '../counters.js';
import {decodeGroup} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {keptOrAll} from '../kept-entries.js';
import type {GroupKey} from '../layout.js';
import {encodeLease} from '../lease-row.js';
import type {Place} from '../read-watch.js';
import {addGroupKey} from '../take-bits.js';
import {neededEntries} from '../thin.js';
import {buryBlock} from './bury-block.js';
import {buryPayloads, findBadPayloads} from './bury-payloads.js';
import {isUnclaimed, removeChunks} from './chunks.js';
import {dropRow} from './drop-row.js';
import {mendMeta} from './mend-meta.js';
import {mendPeer} from './mend-peer.js';
import {recount} from './recount.js';
import {matchGroupsAndKeys, restoreLost} from './restore-lost.js';
import {restoreSpan} from './restore-span.js';
import {stillThere} from './trim-leases.js';

/** What was found damaged, and what became of it. */
export type Mend = {
	readonly place: Place;
	/** In plain words. */
	readonly done: string;
	/** Records buried as `CORRUPT`. */
	readonly buried: number;
};
type Outcome = {
	readonly done: string;
	readonly buried?: number;
	/** The counters may be wrong now, or have been: count anew. */
	readonly isInexact?: boolean;
};

/**
 * Puts right what hangs on a damaged row, in a commit of its own. Nothing happens when the row is whole again: two may have met it.
 * What cannot be told from what is left is buried as `CORRUPT` or set aside; other records are not touched. Other damaged rows are put
 * right with it when the counters have to be counted anew: what they hold is to be counted too.
 */
export const mend = async (handles: StoreHandles, place: Place): Promise<readonly Mend[]> => {
	const mends = await commit(handles, changes => mendAll(handles, place, changes), 'tolerant');
	for (const [peer, overlay] of handles.overlays) {
		overlay.lookEverywhere();
		handles.announce(peer);
	}
	return mends;
};

/** One count meets what hides from the one before it: a table that was unreadable may name more. */
const ROUNDS = 4;

/** Inside a body. */
const mendAll = (handles: StoreHandles, first: Place, changes: CounterChanges): readonly Mend[] => {
	const mends: Mend[] = [];
	let places: readonly Place[] = [first];
	let isInexact = false;
	for (let round = 0; round < ROUNDS && places.length > 0; round++) {
		const before = mends.length;
		for (const place of places) {
			const outcome = mendPlace(handles, place, changes);
			if (outcome !== undefined) {
				mends.push({place, done: outcome.done, buried: outcome.buried ?? 0});
				isInexact ||= outcome.isInexact === true;
			}
		}
		places = isInexact && mends.length > before ? recount(handles, changes) : [];
	}
	return mends;
};

const mendPlace = (
	handles: StoreHandles,
	{database, key}: Place,
	changes: CounterChanges,
): Outcome | undefined => {
	const {env} = handles;
	const parts = key as number[];
	switch (database) {
		case 'blocks':
			return mendBlock(handles, key as BlockNo);
		case 'payloads':
			return mendPayload(handles, parts[0] as BlockNo, changes);
		case 'queue':
			return mendRowOf(handles, {database, key}, parts[2] as BlockNo);
		case 'groups':
		case 'settled':
			return mendRowOf(handles, {database, key}, parts[1] as BlockNo);
		case 'due':
		case 'held':
		case 'deadletters':
			return mendGroupKey(handles, {database, key});
		case 'leases':
			return mendLease(handles, {database, key});
		case 'spans':
			if (!parts.every(Number.isInteger)) {
				return isWhole(handles, {database, key}) ? undefined : mendStray(handles, {database, key}, undefined);
			}
			return restoreSpan(handles, parts[0] as PeerNo, parts[1] as BlockNo);
		case 'acks':
			return mendAcks(handles, key as BlockNo);
		case 'meta':
			return mendMeta(handles, key);
		default:
			// What is known of ids and foreign addresses only finds duplicates.
			return isWhole(handles, {database, key})
				? undefined
				: dropped(
						() => remove(env[database], key),
						'forgotten: a duplicate of what it named is not recognised',
					);
	}
};

const dropped = (drop: () => void, done: string): Outcome => {
	drop();
	return {done, isInexact: true};
};

const isWhole = ({env}: StoreHandles, {database, key}: Place): boolean => {
	const row = env[database].raw.get(key);
	return row === undefined || env[database].opened(key, row) !== undefined;
};

const mendBlock = (handles: StoreHandles, block: BlockNo): Outcome | undefined => {
	if (readBlock(handles, block) !== undefined) {
		return undefined;
	}
	const isGone = !handles.env.blocks.doesExist(block);
	const {records, buried} = buryBlock(handles, block);
	if (isGone && records === 0) {
		return undefined;
	}
	return records === 0 && buried === 0
		? {done: 'nothing hangs on it: removed', isInexact: true}
		: {done: 'what waited in it is buried as CORRUPT', buried, isInexact: true};
};

/** Proofs tell the same as long as they are kept; what they do not tell is delivered to more peers than need be. */
const mendAcks = (handles: StoreHandles, block: BlockNo): Outcome | undefined => {
	if (isWhole(handles, {database: 'acks', key: block})) {
		return undefined;
	}
	const table = readBlock(handles, block);
	if (table === undefined) {
		remove(handles.env.acks, block);
	} else {
		put(handles.env.acks, block, encodeAcks(provenAcks(handles, table)));
	}
	return {done: 'who has what is counted anew from the proofs that are kept'};
};

const mendPayload = (handles: StoreHandles, block: BlockNo, changes: CounterChanges): Outcome | undefined => {
	const table = readBlock(handles, block);
	if (table === undefined) {
		return mendBlock(handles, block);
	}
	if (isUnclaimed(handles, table)) {
		return giveBack(handles, table);
	}
	const missed = table.route.reduce((sum, peer) => sum + mendPeer(handles, table, peer).records, 0);
	if (missed > 0) {
		return {done: `${missed} records that no row held wait again`, isInexact: true};
	}
	const bad = findBadPayloads(handles, table, keptOrAll(handles, table).or(neededEntries(handles, table)));
	const count = bad.corrupt.count() + bad.missing.count();
	const buried = buryPayloads(handles, table, bad, changes);
	return count === 0 || buried === 0
		? undefined
		: {done: `${count} payloads are damaged: what waited for them is buried`, buried};
};

/** A payload that is kept for nobody: the rows of whoever needs it are gone without a trace. */
const giveBack = (handles: StoreHandles, table: BlockTable): Outcome => {
	const records = table.route.reduce(
		(sum, peer) => sum + mendPeer(handles, table, peer, 'is a loss').records,
		0,
	);
	if (records === 0) {
		removeChunks(handles, table.block);
		return {done: 'a payload that nobody needs was removed', isInexact: true};
	}
	return {done: `${records} records whose rows are gone wait again`, isInexact: true};
};

/** A damaged row of one peer and block. */
const mendRowOf = (handles: StoreHandles, place: Place, block: BlockNo): Outcome | undefined => {
	if (isWhole(handles, place)) {
		return undefined;
	}
	const peer = (place.key as PeerNo[])[0] as PeerNo;
	const table = readBlock(handles, block);
	if (table === undefined) {
		const outcome = mendBlock(handles, block);
		return isWhole(handles, place) ? outcome : mendStray(handles, place, undefined);
	}
	const isOfPeer = table.route.includes(peer);
	const {records, isInexact} = isOfPeer ? mendPeer(handles, table, peer) : {records: 0, isInexact: true};
	if (records === 0 || !isWhole(handles, place)) {
		return mendStray(handles, place, block);
	}
	const what = place.database === 'settled' ? 'taken for acknowledged' : 'restored without their history';
	return {done: `${records} records are ${what}`, isInexact};
};

/** A row that holds nothing that is missing where it is: its key is damaged. */
const mendStray = (handles: StoreHandles, place: Place, suspect: BlockNo | undefined): Outcome => {
	dropRow(handles, place);
	const records = restoreLost(handles, suspect);
	return {done: `removed, for its key is damaged too; ${records} records wait again`, isInexact: true};
};

/** A key that leads to no group, or to one that has another key. */
const mendGroupKey = (handles: StoreHandles, {database, key}: Place): Outcome | undefined => {
	const {env} = handles;
	const group = [(key as number[])[0], ...(key as number[]).slice(-2)] as GroupKey;
	const row = env.groups.get(group);
	if (row !== undefined) {
		remove(env[database], key);
		addGroupKey(handles, ...group, decodeGroup(row));
		return {done: 'a key that was wrong, or missing, was put right'};
	}
	if (!env[database].doesExist(key)) {
		return undefined; // With another that led nowhere.
	}
	const restored = matchGroupsAndKeys(handles);
	return restored === 0
		? {done: 'a key that led nowhere was put right'}
		: {done: `${restored} records are restored without their history`, isInexact: true};
};

/** Memory knows what is out; what was cut from the lease meanwhile has no bit in its place any more. */
const mendLease = (handles: StoreHandles, place: Place): Outcome | undefined => {
	if (isWhole(handles, place)) {
		return undefined;
	}
	const {env, overlays} = handles;
	const [peer, leaseNo] = place.key as [PeerNo, never];
	const open = overlays.get(peer)?.leaseOf(leaseNo);
	if (open === undefined) {
		remove(env.leases, place.key);
		return {done: 'a lease of the last run was damaged: its records are scheduled again', isInexact: true};
	}
	const parts = open.parts.map(part => ({...part, bits: stillThere(handles, peer, part)}));
	put(env.leases, place.key, encodeLease({leasedAt: open.leasedAt, quotaBytes: open.quotaBytes, parts}));
	return {done: 'a lease was written anew from memory', isInexact: true};
};

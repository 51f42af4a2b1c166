import type {Key} from 'lmdb';
import type {BlockNo, GroupNo, PeerNo} from '../../outbound/units.js';
import {remove} from '../atomically.js';
import type {BlockTable} from '../block-table.js';
import {readBlock} from '../blocks.js';
import {decodeGroup} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import type {GroupKey} from '../layout.js';
import {hasPayload} from '../release-block.js';
import {addGroupKey, groupKey} from '../take-bits.js';
import {isUnclaimed} from './chunks.js';
import {mendPeer, restoreLostGroup} from './mend-peer.js';

/**
 * Inside a body: a row was where none can be, because its key was damaged, and nobody knows where it belongs; `suspect` is the block that the
 * key names, if there is one. What blocks lack waits again. Reads every table. Returns how many records were found.
 */
export const restoreLost = (handles: StoreHandles, suspect: BlockNo | undefined): number => {
	let restored = matchGroupsAndKeys(handles);
	for (const key of [...handles.env.blocks.getKeys()]) {
		const table = readBlock(handles, key as BlockNo);
		if (table !== undefined) {
			const nothing =
				table.block === suspect || mayHaveLost(handles, table) ? 'is a loss' : 'is as it should be';
			for (const peer of table.route) {
				restored += mendPeer(handles, table, peer, nothing).records;
			}
		}
	}
	return restored;
};

/** Is a peer of which no row is left likelier one that lost its row than one whose proof is over? Rather sent twice than not at all. */
const mayHaveLost = (handles: StoreHandles, table: BlockTable): boolean => {
	const {age, settings} = handles;
	const isYoung = table.createdAge + settings.ackedRetentionMs > age.now();
	return isUnclaimed(handles, table) || (isYoung && hasPayload(handles, table.block));
};

/**
 * Inside a body: a key of a group that is gone tells that there was one, and has it restored when records are missing; else the key goes. A
 * group without its key gets it again. Returns how many records were restored.
 */
export const matchGroupsAndKeys = (handles: StoreHandles): number => {
	const {env} = handles;
	let restored = 0;
	for (const name of ['due', 'held', 'deadletters'] as const) {
		for (const key of [...env[name].getKeys()]) {
			const [peer, block, group] = [(key as number[])[0], ...(key as number[]).slice(-2)] as [
				PeerNo,
				BlockNo,
				GroupNo,
			];
			if (!env.groups.doesExist([peer, block, group])) {
				const found = restoreBehind(handles, peer, block, group);
				restored += found;
				if (found === 0) {
					remove(env[name], key);
				}
			}
		}
	}
	for (const {key, value} of [...env.groups.getRange()]) {
		const [peer, block, group] = key as GroupKey;
		const row = decodeGroup(value);
		const place = groupKey(handles, peer, block, group, row);
		if (!place.table.doesExist(place.key as Key)) {
			addGroupKey(handles, peer, block, group, row);
		}
	}
	return restored;
};

const restoreBehind = (handles: StoreHandles, peer: PeerNo, block: BlockNo, group: GroupNo): number => {
	const table = readBlock(handles, block);
	return table?.route.includes(peer) ? restoreLostGroup(handles, table, {peer, group}) : 0;
};

import type {BlockNo, PeerNo} from '../../outbound/units.js';
import {put, remove} from '../atomically.js';
import {Bits} from '../bits.js';
import {readBlock} from '../blocks.js';
import type {StoreHandles} from '../handles.js';
import {SPAN_BLOCKS} from '../layout.js';
import {decodeSpan, encodeSpan} from '../settled-row.js';
import {readPeerRows, readRow} from './peer-rows.js';

/**
 * Inside a body: a damaged span is written anew. Each record is in exactly one place, so the blocks in its reach of which the
 * peer has no other row are those that it proved, or whose proof was over anyway.
 */
export const restoreSpan = (
	handles: StoreHandles,
	peer: PeerNo,
	first: BlockNo,
): {readonly done: string; readonly isInexact: boolean} | undefined => {
	const {env, clock, age} = handles;
	const key = [peer, first];
	const value = env.spans.raw.get(key);
	if (value === undefined || readRow(env.spans, {key, value}, decodeSpan) !== undefined) {
		return undefined;
	}
	const blocks = Bits.empty(SPAN_BLOCKS);
	for (const found of env.blocks.raw.getKeys({start: first, end: first + SPAN_BLOCKS})) {
		const block = found as BlockNo;
		if (readBlock(handles, block)?.route.includes(peer) && isWithoutRows(handles, block, peer)) {
			blocks.add(block - first);
		}
	}
	const proven = blocks.count();
	if (proven === 0) {
		remove(env.spans, key);
	} else {
		const now = clock.now();
		put(env.spans, key, encodeSpan({leasedAt: now, settledAt: now, settledAge: age.now(), blocks}));
	}
	return {done: `${proven} blocks are taken for acknowledged`, isInexact: true};
};

const isWithoutRows = (handles: StoreHandles, block: BlockNo, peer: PeerNo): boolean => {
	const {waiting, groups, settled, isSpanned, damaged} = readPeerRows(handles, block, peer);
	return waiting.length + groups.length + damaged.length === 0 && settled === undefined && !isSpanned;
};

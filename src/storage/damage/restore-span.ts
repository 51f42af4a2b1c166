import type {BlockNo, PeerNo} from '../../outbound/units.js';
import {tellApart} from '../acks.js';
import {put, remove} from '../atomically.js';
import {Bits} from '../bits.js';
import {readBlock} from '../blocks.js';
import type {StoreHandles} from '../handles.js';
import {SPAN_BLOCKS, TIMER} from '../layout.js';
import {decodeSpan, encodeSpan, type SpanFate, type SpanRow} from '../settled-row.js';
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
	const {env} = handles;
	const key = [peer, first];
	const value = env.spans.raw.get(key);
	const readable = value === undefined ? undefined : readRow(env.spans, {key, value}, decodeSpan);
	if (readable !== undefined) {
		return forgetGone(handles, peer, first, readable);
	}
	if (value === undefined) {
		return undefined;
	}
	const proven = {acked: Bits.empty(SPAN_BLOCKS), satisfied: Bits.empty(SPAN_BLOCKS)};
	for (const found of env.blocks.raw.getKeys({start: first, end: first + SPAN_BLOCKS})) {
		const block = found as BlockNo;
		const table = readBlock(handles, block);
		// A span proves whole blocks: one of which something was moved away, or came later, is in none.
		const isWhole = table?.route.includes(peer) && table.elsewhereOf(peer).isEmpty();
		if (table !== undefined && isWhole && isWithoutRows(handles, block, peer)) {
			const {satisfied} = tellApart(handles, table, peer, Bits.full(table.count));
			proven[satisfied.isEmpty() ? 'acked' : 'satisfied'].add(block - first);
		}
	}
	remove(env.spans, key);
	for (const fate of ['acked', 'satisfied'] as const) {
		writeSpan(handles, [peer, first], fate, proven[fate]);
	}
	return {done: `${proven.acked.count()} blocks are taken for acknowledged`, isInexact: true};
};

/** Under the first of its blocks: a span of another fate may have begun at the same. */
const writeSpan = (
	{env, clock, age, settings}: StoreHandles,
	[peer, base]: readonly [PeerNo, BlockNo],
	fate: SpanFate,
	found: Bits,
): void => {
	const [least] = found;
	if (least === undefined) {
		return;
	}
	const first = base + least;
	const blocks = Bits.of(SPAN_BLOCKS, ...[...found].map(offset => offset - least));
	const now = clock.now();
	const settledAge = age.now();
	put(env.spans, [peer, first], encodeSpan({fate, leasedAt: now, settledAt: now, settledAge, blocks}));
	put(env.timers, [settledAge + settings.ackedRetentionMs, TIMER.spanProof, first, peer]);
};

/** Blocks that are not there any more need no proof. */
const forgetGone = (
	{env}: StoreHandles,
	peer: PeerNo,
	first: BlockNo,
	row: SpanRow,
): {readonly done: string; readonly isInexact: boolean} | undefined => {
	const rest = Bits.empty(row.blocks.size);
	for (const offset of row.blocks) {
		if (env.blocks.doesExist(first + offset)) {
			rest.add(offset);
		}
	}
	if (rest.equals(row.blocks)) {
		return undefined;
	}
	if (rest.isEmpty()) {
		remove(env.spans, [peer, first]);
	} else {
		put(env.spans, [peer, first], encodeSpan({...row, blocks: rest}));
	}
	return {done: 'proofs of blocks that are gone were removed', isInexact: true};
};

const isWithoutRows = (handles: StoreHandles, block: BlockNo, peer: PeerNo): boolean => {
	const {waiting, groups, settled, isSpanned, damaged} = readPeerRows(handles, block, peer);
	return waiting.length + groups.length + damaged.length === 0 && settled === undefined && !isSpanned;
};

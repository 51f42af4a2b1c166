import type {BlockNo, PeerNo} from '../../outbound/units.js';
import {commit, put, remove} from '../atomically.js';
import {readBlock} from '../blocks.js';
import type {StoreHandles} from '../handles.js';
import {END, type LeaseKey, TIMER} from '../layout.js';
import {decodeLease} from '../lease-row.js';
import {META_PEER} from '../meta-keys.js';
import {putTwice} from '../meta-rows.js';
import {levelQuota, type Spent, writeSpent} from '../quota-rows.js';
import {placeName} from '../read-watch.js';
import {hasPayload, isOrphan} from '../release-block.js';
import {CHECK_START, type CheckCursor, checkStep, type Finding} from './check-step.js';
import {mendPeer} from './mend-peer.js';
import {readRow} from './peer-rows.js';
import {recount} from './recount.js';

/** Every finding of a check of the whole store, each once though several rows may lead to it. Reads all of it. */
export const findDamage = (handles: StoreHandles): readonly Finding[] => {
	const findings = new Map<string, Finding>();
	let cursor: CheckCursor | undefined = CHECK_START;
	while (cursor !== undefined) {
		const step: ReturnType<typeof checkStep> = checkStep(handles, cursor, Number.POSITIVE_INFINITY);
		for (const finding of step.findings) {
			findings.set(`${placeName(finding.place)}: ${finding.what}`, finding);
		}
		cursor = step.next;
	}
	return [...findings.values()];
};

/** One thing leads to another: a table that is buried leaves keys behind. */
const ROUNDS = 4;

/**
 * Puts right everything that a check finds. `isWhole: false`: rows may be gone without a trace, so what they may have held is restored
 * too. Resolves to how many records were, for that reason.
 */
export const putRight = async (
	handles: StoreHandles,
	{isWhole}: {readonly isWhole: boolean},
): Promise<number> => {
	let restored = 0;
	if (!isWhole) {
		await commit(handles, () => adoptPeers(handles), 'tolerant');
		for (const spent of await commit(handles, () => dropLeases(handles), 'tolerant')) {
			handles.quota.charge(spent.peer, -spent.bytes);
			handles.quota.spent(spent);
		}
	}
	for (let round = 0; round < ROUNDS; round++) {
		const findings = findDamage(handles);
		for (const {place} of findings) {
			await handles.mend(place);
		}
		if (findings.length === 0) {
			break;
		}
	}
	if (!isWhole) {
		restored = await commit(handles, () => restoreUnaccounted(handles), 'tolerant');
		await commit(handles, () => armTimers(handles), 'tolerant');
		await commit(handles, () => levelQuota(handles), 'tolerant');
	}
	await commit(handles, changes => recount(handles, changes), 'tolerant');
	return restored;
};

/** What they overlay may be gone; what is not waits again. What they were charged may have left. */
const dropLeases = (handles: StoreHandles): readonly Spent[] => {
	const {env} = handles;
	const spent: Spent[] = [];
	for (const key of [...env.leases.getKeys()]) {
		const [peer] = key as LeaseKey;
		const row = readRow(env.leases, {key, value: env.leases.raw.get(key) ?? NO_ROW}, decodeLease);
		spent.push(writeSpent(handles, peer, row?.quotaBytes ?? 0));
		remove(env.leases, key);
	}
	return spent;
};
const NO_ROW = Buffer.alloc(0);

/** A peer whose name is lost keeps its records under its number: `peer-N`, to be moved or given up. */
const adoptPeers = ({env, peers}: StoreHandles): void => {
	const numbers = new Set<number>();
	for (const name of ['queue', 'held', 'groups', 'leases', 'settled', 'spans'] as const) {
		for (const key of env[name].getKeys()) {
			numbers.add((key as number[])[0] ?? 0);
		}
	}
	for (const no of numbers as Set<PeerNo>) {
		if (!peers.all.some(peer => peer.no === no)) {
			const id = peers.id(no);
			putTwice(env, [META_PEER, no], Buffer.from(id));
			peers.add({id, no});
		}
	}
};

/** A peer of which no row is left, in a block whose payload is kept, gets it: rather twice than not at all. */
const restoreUnaccounted = (handles: StoreHandles): number => {
	let restored = 0;
	for (const key of [...handles.env.blocks.getKeys()]) {
		const table = readBlock(handles, key as BlockNo);
		if (table !== undefined && hasPayload(handles, table.block)) {
			for (const peer of table.route) {
				restored += mendPeer(handles, table, peer, 'is a loss').records;
			}
		}
	}
	return restored;
};

/** Timers are keys only. One too many looks, finds nothing to do, and goes. */
const armTimers = (handles: StoreHandles): void => {
	const {env, age, settings} = handles;
	const arm = (at: number, kind: number, a: number, b: number) => {
		put(env.timers, [at, kind, a, b]);
	};
	const now = age.now();
	for (const key of [...env.blocks.getKeys()]) {
		const table = readBlock(handles, key as BlockNo);
		if (table !== undefined) {
			if (table.leastExpiry !== 0) {
				arm(table.leastExpiry, TIMER.expiry, table.block, 0);
			}
			if (isOrphan(handles, table)) {
				arm(now + settings.orphanRetentionMs, TIMER.orphan, table.block, 0);
			}
			if (table.metadataBytes > 0) {
				arm(table.createdAge + settings.dedupWindowMs, TIMER.ids, table.block, 0);
			}
		}
	}
	for (const key of [...env.settled.getKeys({start: [0], end: [END]})]) {
		const [peer, block] = key as [PeerNo, BlockNo];
		arm(now + settings.ackedRetentionMs, TIMER.proof, block, peer);
	}
	for (const key of [...env.spans.getKeys({start: [0], end: [END]})]) {
		const [peer, first] = key as [PeerNo, BlockNo];
		arm(now + settings.ackedRetentionMs, TIMER.spanProof, first, peer);
	}
	for (const key of [...env.origins.getKeys({start: [0], end: [END]})]) {
		const [store, bucket] = key as [number, number];
		arm(now + settings.dedupWindowMs, TIMER.origins, bucket, store);
	}
};

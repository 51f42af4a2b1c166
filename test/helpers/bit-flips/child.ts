import {mkdirSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import path from 'node:path';
import type {PeerNo} from '../../../src/outbound/units.js';
import {examine} from '../../../src/storage/damage/examine.js';
import {dataFileOf} from '../../../src/storage/data-file.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {openStore} from '../../../src/storage/open-store.js';
import type {Lease} from '../../../src/storage/store.js';
import {FakeClock} from '../fake-clock.js';
import {BIG_WINDOW, testSettings} from '../store-fixture.js';
import {bytesOf, textOf} from './store.js';

// One trial a flipped bit: what fsck names, whether the store starts, what it delivers. A process of its own, for LMDB may end it.
const [base = '', work = '', list = '[]', total = '0'] = process.argv.slice(2);
const sound = bytesOf(base);
const TEXTS = new Set(Array.from({length: Number(total)}, (_, n) => textOf(n)));

const trial = async (bit: number): Promise<Record<string, unknown>> => {
	const directory = path.join(work, 'state');
	const queue = path.join(directory, 'queue');
	rmSync(work, {recursive: true, force: true});
	mkdirSync(queue, {recursive: true});
	const bytes = Buffer.from(sound);
	const at = Math.floor(bit / 8);
	bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at);
	writeFileSync(dataFileOf(queue), bytes);
	const clock = new FakeClock();
	const checked = await examine(queue, path.join(work, 'copy'), {settings: testSettings, clock});
	const named =
		checked === undefined
			? 1
			: checked.pages.length + checked.findings.length + checked.violations.length + checked.copied.lost;
	await checked?.close();
	let wasRebuilt = false;
	const store = await openStore({
		stateDirectory: directory,
		settings: testSettings,
		clock,
		pid: process.pid,
		failStop: why => {
			throw new Error(why);
		},
		onRebuilt: () => {
			wasRebuilt = true;
		},
	});
	clock.advance(1000);
	await releaseAll(store, Number(total));
	let delivered = 0;
	let wrong = 0;
	const peers = store.peers().map(({no}) => no);
	for (let lease = await leaseOfAny(store, peers); lease !== undefined; ) {
		const payloads = store.readPayloads(lease);
		const acked: [number, number][] = [];
		const exceptions = [];
		for (let index = 0; index < lease.entryCount; index++) {
			const payload = payloads.read(index);
			if (payload === 'corrupt' || payload === 'missing') {
				const outcome = payload === 'corrupt' ? 'CORRUPT' : 'SEGMENT_MISSING';
				exceptions.push({index, event: payload, error: 'damaged', outcome, bytesSent: 0} as const);
			} else if (payload !== 'unneeded') {
				wrong += TEXTS.has(Buffer.from(payload).toString()) ? 0 : 1;
				delivered++;
				acked.push([index, index]);
			}
		}
		await store.settle(lease, {acked, exceptions});
		await store.mended();
		lease = await leaseOfAny(store, peers);
	}
	await store.mended();
	const depth = store.depth();
	const {CORRUPT, SEGMENT_MISSING} = store.deadletterCounts();
	await store.close();
	return {
		named,
		wasRebuilt,
		wrong,
		delivered,
		buried: CORRUPT + SEGMENT_MISSING,
		unaccounted: Number(total) - depth.total,
		left: depth.scheduled + depth.failed + depth.inflight,
	};
};

/** Twice: what the first meets of damaged keys is put right behind it. */
const releaseAll = async (store: LmdbStore, most: number): Promise<void> => {
	for (let round = 0; round < 2; round++) {
		await store.changeMatching('release', {}, most);
		await store.mended();
	}
};

const leaseOfAny = async (store: LmdbStore, peers: readonly PeerNo[]): Promise<Lease | undefined> => {
	for (const peer of peers) {
		const lease = await store.lease(peer, BIG_WINDOW);
		if (lease !== undefined) {
			return lease;
		}
	}
	return undefined;
};

for (const bit of JSON.parse(list) as number[]) {
	writeSync(1, `${JSON.stringify({bit, begun: true})}\n`);
	const result = await trial(bit).catch((error: unknown) => ({refused: String(error)}));
	writeSync(1, `${JSON.stringify({bit, ...result})}\n`);
}

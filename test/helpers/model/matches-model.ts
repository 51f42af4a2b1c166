import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type {SuccessCondition} from '../../../src/config/relay.js';
import type {StoreSettings} from '../../../src/storage/handles.js';
import {FakeClock} from '../fake-clock.js';
import {openTestStore, type StoreFixture} from '../store-fixture.js';
import {PEER_IDS, RETENTION_MS} from './command.js';
import {allCommands, crowdingCommands} from './commands.js';
import {QueueModel} from './queue-model.js';

/** The crashes here are of the process only, so memory does for a disk; power and SIGKILL have tests of their own. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const RUNS = Number(process.env['EDGED_MODEL_RUNS'] ?? 250);
const SEED = process.env['EDGED_MODEL_SEED'];

/** Room for three large payloads: every second enqueue has to have something evicted. */
const SHORT = {diskCeilingBytes: 250_000, overflow: 'evict_oldest'} as const;

const withStore = async (
	{peerCount, condition, room}: Setting,
	run: (real: StoreFixture) => Promise<void>,
): Promise<void> => {
	const directory = await mkdtemp(path.join(BASE, 'edged-model-'));
	const clock = new FakeClock();
	let settings: Partial<StoreSettings> = {
		successCondition: condition,
		ackedRetentionMs: RETENTION_MS,
		dedupWindowMs: RETENTION_MS,
		...(room === 'short' ? SHORT : {}),
	};
	const store = await openTestStore(directory, clock, settings);
	const real: StoreFixture = {
		directory,
		clock,
		store,
		peers: await store.registerPeers(PEER_IDS.slice(0, peerCount)),
		reopen: async more => {
			settings = {...settings, ...more};
			await real.store.close();
			real.store = await openTestStore(directory, clock, settings);
			return real.store;
		},
	};
	try {
		await run(real);
	} finally {
		await real.store.close();
		await rm(directory, {recursive: true, force: true});
	}
};

type Setting = {
	readonly peerCount: number;
	readonly condition: SuccessCondition;
	readonly room: 'ample' | 'short';
};

/** The store of a setting does in random runs what the model does; one file for a few of them, so that files run beside each other. */
export const matchesModel = test.macro({
	title: (_, {peerCount, condition, room}: Setting) =>
		`the store does what the model does, ${peerCount} peer(s), ${condition}, room is ${room}`,
	exec: async (t, setting: Setting) => {
		t.timeout(300_000);
		const commands = setting.room === 'short' ? crowdingCommands : allCommands;
		await fc.assert(
			fc.asyncProperty(fc.commands([...commands], {maxCommands: 25}), async chosen => {
				await withStore(setting, async real => {
					await fc.asyncModelRun(() => ({model: new QueueModel(setting), real}), chosen);
				});
			}),
			{numRuns: RUNS, ...(SEED === undefined ? {} : {seed: Number(SEED)}), includeErrorInReport: true},
		);
		t.pass();
	},
});

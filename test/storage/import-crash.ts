import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {fsck} from '../../src/daemon/fsck/fsck.js';
import {systemClock} from '../../src/runtime/clock.js';
import {findViolations} from '../../src/storage/invariant.js';
import {outcomes} from '../helpers/exported.js';
import {batchOf, RECORDS_OF_BATCH} from '../helpers/import-batch.js';
import {openTestStore, testSettings} from '../helpers/store-fixture.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const CHILD = fileURLToPath(new URL('../helpers/import-child.js', import.meta.url));

/** Says what a process said until it was killed at the line that ends with `until`. */
const killedAt = async (directory: string, until: string): Promise<string> => {
	const child = spawn(process.execPath, [CHILD, directory], {stdio: ['ignore', 'pipe', 'inherit']});
	let said = '';
	child.stdout.on('data', (piece: Buffer) => {
		said += piece.toString();
		if (said.includes(`${until}\n`)) {
			child.kill('SIGKILL');
		}
	});
	await once(child, 'close');
	return said;
};

// Just when a batch is begun, and just when one is done.
for (const until of ['try 0', 'did 0', 'try 3', 'did 3', 'try 7']) {
	test.serial(
		`killed in an import at "${until}": imported again it is exactly the set, nothing twice`,
		async t => {
			t.timeout(120_000);
			const directory = await temporaryDirectory(t);
			const said = await killedAt(directory, until);
			const tried = said.split('\n').filter(line => line.startsWith('try')).length;
			const done = said.split('\n').filter(line => line.startsWith('did')).length;
			const options = {
				stateDirectory: directory,
				settings: testSettings,
				pid: process.pid,
				clock: systemClock,
			};
			const report = await fsck({repair: false, exportDirectory: undefined}, options);
			t.is(report.verdict, 'clean');
			const store = await openTestStore(directory, systemClock);
			await store.registerPeers(['a', 'b'] as never);
			t.deepEqual(findViolations(store.handles), []);
			const held = store.depth().deadletter / RECORDS_OF_BATCH;
			t.true(
				Number.isInteger(held) && held >= done && held <= tried,
				`${held} batches of ${done} to ${tried}`,
			);
			for (let batch = 0; batch < tried; batch++) {
				const statuses = new Set(
					outcomes(await store.importDeadletters(batchOf(batch))).flatMap(x => x.split(' ')),
				);
				t.deepEqual([...statuses], [batch < held ? 'present' : 'imported'], `batch ${batch}`);
			}
			t.is(store.depth().deadletter, tried * RECORDS_OF_BATCH);
			t.is(store.depth().scheduled, 0);
			const ids = new Set<string>();
			let cursor: string | undefined;
			do {
				const page = store.list({}, {limit: 500, ...(cursor !== undefined && {cursor})});
				for (const {segmentId, peerId} of page.records) {
					t.false(ids.has(`${segmentId} ${peerId}`));
					ids.add(`${segmentId} ${peerId}`);
				}
				cursor = page.nextCursor;
			} while (cursor !== undefined);
			t.is(ids.size, tried * RECORDS_OF_BATCH);
			t.deepEqual(findViolations(store.handles), []);
			await store.close();
		},
	);
}

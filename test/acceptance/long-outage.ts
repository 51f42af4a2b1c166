import test from 'ava';
import {temporaryDirectory} from '../helpers/temp-dir.js';
import {runOutage} from '../helpers/two-daemons/outage-run.js';

const SEGMENTS = 5000;
const BYTE_LENGTH = 16_384;
/** Less than a half of what came in between the two samples. */
const MEMORY_GROWTH = 32 * 2 ** 20;

/** For a machine that is busy with ten other things; alone it takes a tenth. */
const TIMEOUT_MS = 300_000;

/** The short form of `npm run lab -- long-outage`. */
test.serial(
	'while the hub is down a backlog costs no attempts and no memory, and is delivered when it is back',
	async t => {
		t.timeout(TIMEOUT_MS);
		const run = await runOutage(t, {
			directory: await temporaryDirectory(t),
			segments: SEGMENTS,
			byteLength: BYTE_LENGTH,
			failures: 3,
			note: line => t.log(line),
		});
		t.like(run.down.queue_depth, {scheduled: SEGMENTS, inflight: 0, failed: 0, deadletter: 0, acked: 0});
		t.is(run.down.peers[0]?.link, 'down');
		t.deepEqual(run.attempted, []);
		t.deepEqual(run.troubled, []);
		t.like(run.edge, {acked: SEGMENTS, deadletter: 0, failed: 0, total: SEGMENTS});
		t.like(run.hub, {scheduled: SEGMENTS, deadletter: 0, total: SEGMENTS});
		t.true(run.memory.full - run.memory.fifth < MEMORY_GROWTH, JSON.stringify(run.memory));
	},
);

import {existsSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {PeerId} from '../../src/outbound/names.js';
import {findViolations} from '../../src/storage/invariant.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {BIG_WINDOW, openTestStore} from '../helpers/store-fixture.js';
import {straceTest, traced} from '../helpers/store-trace.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const prepared = async (t: ExecutionContext): Promise<string> => {
	const directory = await temporaryDirectory(t);
	const store = await openTestStore(directory, new FakeClock());
	await store.registerPeers(['a' as PeerId]);
	await store.close();
	return directory;
};

/** What the store holds, each checked against what was stored. */
const storedIn = async (t: ExecutionContext, directory: string): Promise<readonly string[]> => {
	const store = await openTestStore(directory, new FakeClock());
	t.deepEqual(findViolations(store.handles), []);
	const texts: string[] = [];
	for (let lease = await store.lease(1 as never, BIG_WINDOW); lease !== undefined; ) {
		const payloads = store.readPayloads(lease);
		for (let at = 0; at < lease.entryCount; at++) {
			texts.push(String(payloads.read(at)));
		}
		await store.settle(lease, {acked: 'all', exceptions: []});
		lease = await store.lease(1 as never, BIG_WINDOW);
	}
	await store.close();
	return texts;
};

for (const [what, calls, inject, deadline] of [
	['an fdatasync fails', 'fdatasync', 'inject=fdatasync:error=EIO:when=20', '30000'],
	['every fdatasync fails from some time on', 'fdatasync', 'inject=fdatasync:error=EIO:when=20+', '30000'],
	[
		'a write of a meta page fails, so that close() would hang',
		'pwrite64',
		'inject=pwrite64:error=EIO:when=20+',
		'30000',
	],
	['a data page cannot be written', 'writev,pwritev', 'inject=writev,pwritev:error=EIO:when=20', '30000'],
	[
		'a commit takes longer than its deadline',
		'fdatasync',
		'inject=fdatasync:delay_enter=8000000:when=20',
		'300',
	],
] as const) {
	straceTest(
		`when ${what}, the daemon ends itself by SIGKILL, and the next start has all that was acknowledged`,
		async t => {
			const directory = await prepared(t);
			const {stdout, log, signal} = await traced(
				t,
				['-e', `trace=${calls}`, '-e', inject],
				'./failing-daemon-child.js',
				[directory, deadline],
			);
			t.regex(log, /INJECTED|= \?/, 'the fault was there, or the call never ended');
			t.is(signal, 'SIGKILL');
			const acked = [...stdout.matchAll(/ACK (\d+)/g)].map(([, n]) => Number(n));
			t.true(acked.length > 0 && acked.length < 200, `${acked.length} were acknowledged`);
			t.false(existsSync(path.join(directory, 'crashed')), 'the disk was to blame, no record is suspected');
			const stored = await storedIn(t, directory);
			t.deepEqual(
				acked.filter(n => !stored.includes(`segment ${n}`)),
				[],
				'nothing that was acknowledged is missing',
			);
			t.true(stored.length <= acked.length + 1, 'at most the one that was being written is there unasked');
		},
	);
}

import {existsSync} from 'node:fs';
import test from 'ava';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	untilAcked,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {startDaemon} from '../helpers/process.js';

/** A bug on demand, beside the daemon's own code. */
const bugOn = (signal: string, how: string): string[] => [
	'--import',
	`data:text/javascript,process.on("${signal}",()=>{${how}})`,
];

for (const [title, how] of [
	['an error that nobody caught', 'throw new Error("boom")'],
	['a rejection that nobody handled', 'Promise.reject(new Error("boom"))'],
] as const) {
	test(`${title} is logged, ends the daemon, and the next start knows of it`, async t => {
		const edge = await edgeIn(t);
		const config = edgeConfig(directoryPeer());
		const daemon = await startDaemon(t, {
			config,
			directory: edge.directory,
			socket: 'rpc.sock',
			nodeArguments: bugOn('SIGUSR2', how),
		});
		await enqueueText(daemon, 'x');
		daemon.signal('SIGUSR2');
		t.deepEqual(await daemon.exited, {code: 1, signal: null});
		t.regex(daemon.output(), /"level":"fatal".*boom/);
		t.true(existsSync(inDirectory(edge, 'state', 'crashed')));

		const next = await edge.start(config);

		t.truthy(await untilSaid(next, /the last run ended by its own crash/));
		t.regex(next.output(), /"error":"boom"/);
		t.false(existsSync(inDirectory(edge, 'state', 'crashed')));
		await untilAcked(next, 1);
	});
}

test('a log that cannot be written keeps no segment from its peer', async t => {
	const edge = await edgeIn(t);
	const daemon = await startDaemon(t, {
		config: edgeConfig(directoryPeer(), 'log_level = "trace"'),
		directory: edge.directory,
		socket: 'rpc.sock',
		prefix: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'],
	});
	await enqueueText(daemon, 'x');
	await untilAcked(daemon, 1);
	t.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
});

import {readdir} from 'node:fs/promises';
import test from 'ava';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilIs,
} from '../helpers/edge-daemon.js';
import {type DaemonProcess, startDaemon} from '../helpers/process.js';

/**
 * Beside the daemon's own code: a bug that any payload with this text brings out as it is written for the peer. Its message does not have
 * the text: the audit trail tells of the crash, and is written too.
 */
const POISON = 'poison';
const BUG = [
	'--import',
	`data:text/javascript,${encodeURIComponent(`
		import {open} from 'node:fs/promises';
		const handle = await open('/dev/null');
		const proto = Object.getPrototypeOf(handle);
		await handle.close();
		for (const name of ['write', 'writeFile', 'writev']) {
			const original = proto[name];
			proto[name] = function (...parameters) {
				if (Buffer.concat([parameters[0]].flat().map(part => Buffer.from(part))).includes('${POISON}')) {
					setImmediate(() => { throw new Error('the bug that it brings out'); });
					return new Promise(() => {});
				}
				return original.apply(this, parameters);
			};
		}
	`)}`,
];

test('a daemon that a payload crashes each time it is sent delivers everything else and buries that one', async t => {
	t.timeout(180_000);
	const edge = await edgeIn(t);
	const config = edgeConfig(directoryPeer());
	let crashes = 0;
	const start = async (): Promise<DaemonProcess> => {
		for (;;) {
			try {
				const options = {config, directory: edge.directory, socket: 'rpc.sock', nodeArguments: BUG};
				return await startDaemon(t, options);
			} catch (error) {
				// Whatever else keeps it from starting must not pass for the bug.
				t.regex(String(error), /the bug that it brings out/);
				t.true(++crashes <= 12, 'it crashes before it answers, and not for ever');
			}
		}
	};
	let daemon = await start();
	await daemon.call('relay.pause', {peer_id: 'outbox'});
	for (let at = 0; at < 60; at++) {
		await enqueueText(daemon, at === 31 ? `a ${POISON} among them` : `text ${at}`);
	}
	await daemon.call('relay.resume', {peer_id: 'outbox'}).catch(() => undefined); // It may crash before it answers.
	for (;;) {
		const ended = await Promise.race([daemon.exited, buried(daemon)]);
		if (ended === 'buried') {
			break;
		}
		// What cannot be closed within two seconds, on a machine that has much else to do, is ended by SIGKILL.
		t.true(ended.code === 1 || ended.signal === 'SIGKILL', daemon.output());
		crashes++;
		daemon = await start();
	}
	t.true(crashes >= 6 && crashes <= 12, `${crashes} crashes`);
	t.log(`${crashes} crashes`);
	const {records} = (await daemon.call('relay.deadletter.list', {limit: 10})) as {
		records: {reason: string}[];
	};
	t.deepEqual(
		records.map(({reason}) => reason),
		['CRASH_LOOP'],
	);
	t.like(await daemon.call('relay.status', {}), {queue_depth: {acked: 59, deadletter: 1, scheduled: 0}});
	const files = (await readdir(inDirectory(edge, 'outbox'))).filter(name => /^seg-[^.]*$/.test(name));
	t.is(files.length, 59);
	t.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
});

/** Resolves when all is settled; never when the daemon ends before. */
const buried = async (daemon: DaemonProcess): Promise<'buried'> => {
	const status = await untilIs(
		() => statusOf(daemon).catch(() => undefined),
		now => now === undefined || now.queue_depth.acked + now.queue_depth.deadletter === 60,
	);
	return status === undefined ? new Promise(() => {}) : 'buried';
};

import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgedPeer,
	edgeIn,
	inDirectory,
	statusOf,
	untilIs,
} from '../helpers/edge-daemon.js';
import {type HttpRow, httpRows} from '../helpers/hostile/http-rows.js';
import {askRaw} from '../helpers/hostile/raw-http.js';
import {requestRows} from '../helpers/hostile/request-rows.js';
import {type RpcRow, rpcRows} from '../helpers/hostile/rpc-rows.js';
import {WellBehaved} from '../helpers/hostile/well-behaved.js';
import type {DaemonProcess} from '../helpers/process.js';
import {RawLines, request} from '../helpers/raw-lines.js';

const TIMEOUT_MS = 300_000;
/** What others leave behind waits for a peer that is not there. */
const CONFIG = edgeConfig(
	`${edgedPeer('nowhere', 'nowhere.sock')}${directoryPeer('outbox', 'default = false')}`,
);

type Stage = {readonly edge: Edge; readonly daemon: DaemonProcess; readonly client: WellBehaved};

const stage = async (t: ExecutionContext): Promise<Stage> => {
	t.timeout(TIMEOUT_MS);
	const edge = await edgeIn(t);
	const daemon = await edge.start(CONFIG);
	const client = new WellBehaved({ingest: inDirectory(edge, 'ingest.sock'), rpc: daemon.socket}, 'outbox');
	t.teardown(() => client.close());
	return {edge, daemon, client};
};

/** Everything that the client was promised is there, and the daemon saw no bug. */
const nothingWasLost = async (t: ExecutionContext, {edge, daemon, client}: Stage): Promise<void> => {
	const {acknowledged} = client;
	await untilIs(
		() => statusOf(daemon),
		({queue_depth: {acked}}) => acked >= acknowledged.length,
	);
	for (const id of acknowledged) {
		t.is(await readFile(inDirectory(edge, 'outbox', id), 'utf8'), id);
	}
	const bad = daemon
		.output()
		.split('\n')
		.filter(line => /"level":"(?:error|fatal)"/.test(line));
	t.deepEqual(bad, []);
};

const tryHttp = async (t: ExecutionContext, socketPath: string, row: HttpRow): Promise<void> => {
	const answer = await askRaw(socketPath, row.bytes);
	const said = `${row.title}: ${answer.text.slice(0, 300)}`;
	if (row.status === 'closed') {
		t.true(answer.wasClosed || answer.status >= 400, said);
	} else {
		t.is(answer.status, row.status, said);
	}
	t.regex(answer.text, row.words ?? /^/, said);
};

test.serial('whatever is sent to the ingest gets a clear answer, and costs nobody else anything', async t => {
	const now = await stage(t);
	for (const row of [...httpRows, ...requestRows]) {
		await tryHttp(t, inDirectory(now.edge, 'ingest.sock'), row);
		await t.notThrowsAsync(now.client.once(), row.title);
	}
	await nothingWasLost(t, now);
});

const tryRpc = async (t: ExecutionContext, socketPath: string, row: RpcRow): Promise<void> => {
	const lines = await RawLines.connect(t, socketPath);
	lines.send(row.line);
	lines.send('\n');
	if (row.reply !== undefined) {
		t.regex((await lines.line()) ?? '', row.reply, row.title);
	}
	if (row.closes === true) {
		t.is(await lines.line(), undefined, row.title);
	} else {
		t.is((await lines.ask(request('after', 'daemon.ping'))).id, 'after', row.title);
	}
	lines.socket.destroy();
};

test.serial(
	'whatever is sent to the control socket gets one clear answer, and costs nobody else anything',
	async t => {
		const now = await stage(t);
		for (const row of rpcRows) {
			await tryRpc(t, now.daemon.socket, row);
			await t.notThrowsAsync(now.client.once(), row.title);
		}
		await nothingWasLost(t, now);
	},
);

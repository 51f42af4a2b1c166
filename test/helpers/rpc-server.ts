import path from 'node:path';
import {EventHub} from '../../src/daemon/events/event-hub.js';
import type {Backend} from '../../src/rpc/backend.js';
import type {Door} from '../../src/rpc/caller.js';
import type {Gate, OnWrongCall} from '../../src/rpc/gate.js';
import {RpcServer} from '../../src/rpc/server.js';
import {FakeClock} from './fake-clock.js';
import {loggerWithLines} from './log-lines.js';
import {type Teardown, temporaryDirectory} from './temp-dir.js';

/** Of whoever connects. */
export const CREDENTIALS = {uid: 1000, gid: 1001, pid: 4711};

/** A control plane on a real socket, in front of the functions given; any other one that is called is an internal error. */
export const startRpcServer = async (
	t: Teardown,
	backend: Partial<Backend> = {},
	{
		door = 'rpc',
		gate = ({params}) => params,
		onWrongCall = async () => {},
	}: {readonly door?: Door; readonly gate?: Gate; readonly onWrongCall?: OnWrongCall} = {},
) => {
	const events = new EventHub(new FakeClock());
	const socketPath = path.join(await temporaryDirectory(t), 'rpc.sock');
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const server = new RpcServer({
		socket: {path: socketPath, mode: 0o660},
		backend: backendWith(backend),
		events,
		door,
		gate,
		onWrongCall,
		whoIs: () => CREDENTIALS,
		clock,
		logger,
	});
	await server.start();
	t.teardown(() => server.stop());
	return {server, socketPath, clock, events, logLines: lines};
};

export const backendWith = (given: Partial<Backend>): Backend => ({
	ping: unexpected,
	enqueue: unexpected,
	status: unexpected,
	list: unexpected,
	inspect: unexpected,
	why: unexpected,
	shape: unexpected,
	config: unexpected,
	setBandwidth: unexpected,
	pause: unexpected,
	resume: unexpected,
	drain: unexpected,
	hold: unexpected,
	setPriority: unexpected,
	move: unexpected,
	expire: unexpected,
	release: unexpected,
	listDeadletters: unexpected,
	inspectDeadletter: unexpected,
	retry: unexpected,
	deadletterJobs: unexpected,
	cancelJob: unexpected,
	purge: unexpected,
	noteExport: unexpected,
	importDeadletters: unexpected,
	importChunk: unexpected,
	force: unexpected,
	previewRollback: unexpected,
	executeRollback: unexpected,
	undoRollback: unexpected,
	queryAudit: unexpected,
	auditHead: unexpected,
	pruneAudit: unexpected,
	...given,
});

const unexpected = (): never => {
	throw new Error('The test gave no backend for this');
};

import type {Result} from '../../src/rpc/contract/methods.js';

/** A daemon that is well. */
export const PONG: Result<'daemon.ping'> = {
	version: '1.2.3',
	node_id: 'n1',
	pid: 1,
	started_at: '2026-01-01T00:00:00.000Z',
	uptime_seconds: 5,
	state: 'running',
	ingest_socket: '/run/edged/ingest.sock',
	caller: {socket: 'rpc', credentials: {uid: 1000, gid: 1000, pid: 4711}},
};
export const ping = (): Result<'daemon.ping'> => PONG;

import {once} from 'node:events';
import {createServer} from 'node:http';
import type {Teardown} from './temp-dir.js';

export type StalledPeer = {
	/** Resolves when a request has arrived. */
	readonly asked: Promise<void>;
};

/** Listens on a Unix socket, takes every request, and answers none. */
export const startStalledPeer = async (t: Teardown, socket: string): Promise<StalledPeer> => {
	let tell = () => {};
	const asked = new Promise<void>(resolve => {
		tell = resolve;
	});
	const server = createServer(request => {
		request.resume();
		request.on('end', () => tell());
	});
	server.listen(socket);
	await once(server, 'listening');
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	return {asked};
};

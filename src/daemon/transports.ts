import type {CheckedConfig} from '../config/config.js';
import type {PeerConfig} from '../config/peers.js';
import type {Transport} from '../delivery/transport.js';
import {createDirectoryTransport} from '../delivery/transports/directory.js';
import {createEdgedTransport} from '../delivery/transports/edged.js';
import {sourceOf} from '../delivery/transports/http/cloud-event.js';
import {createHttpTransport} from '../delivery/transports/http.js';
import type {Clock} from '../runtime/clock.js';

/** What carries segments to `peer`. */
export const createTransport = (
	peer: PeerConfig,
	{node, relay, peers}: Pick<CheckedConfig, 'node' | 'relay' | 'peers'>,
	clock: Clock,
): Transport => {
	const {dialTimeoutMs, ackTimeoutMs} = relay;
	switch (peer.transport) {
		case 'edged':
			return createEdgedTransport({
				url: peer.url,
				tls: peer.tls,
				serverName: peer.serverName,
				dialTimeoutMs,
				ackTimeoutMs,
				clock,
			});
		case 'directory':
			return createDirectoryTransport({
				directory: peer.path,
				diskThreads: diskThreadsAmong(peers),
				owner: `${node.id}/${peer.id}`,
				clock,
			});
		case 'http':
			return createHttpTransport({
				url: peer.url,
				tls: peer.tls,
				serverName: peer.serverName,
				format: peer.format === 'raw' ? {name: 'raw'} : {name: 'cloudevents', source: sourceOf(node.id)},
				dialTimeoutMs,
				ackTimeoutMs,
				clock,
			});
	}
};

/** Two mounts that hang must leave threads to the store: a commit that is late ends the daemon. */
const diskThreadsAmong = (peers: readonly PeerConfig[]): 1 | 2 =>
	peers.filter(({transport}) => transport === 'directory').length > 1 ? 1 : 2;

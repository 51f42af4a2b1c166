import type {CheckedConfig} from '../config/config.js';
import type {PeerConfig} from '../config/peers.js';
import type {Transport} from '../delivery/transport.js';
import {createEdgedTransport} from '../delivery/transports/edged.js';
import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';

/** What carries segments to `peer`. Throws `INVALID_CONFIG` for what this version has no transport for. */
export const createTransport = (
	peer: PeerConfig,
	{relay}: Pick<CheckedConfig, 'relay'>,
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
		case 'http':
			throw new EdgedError(
				'INVALID_CONFIG',
				`Peer ${peer.id}: transport "${peer.transport}" comes with a later version`,
			);
	}
};

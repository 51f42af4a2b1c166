import type {EpochMs} from '../../outbound/units.js';
import type {Caller} from '../../rpc/caller.js';
import type {Result} from '../../rpc/contract/methods.js';
import {formatTime} from '../../runtime/clock.js';
import {drainState} from '../drain-state.js';
import type {Parts} from '../parts.js';

export const ping = (parts: Parts, {door, credentials}: Caller): Result<'daemon.ping'> => {
	const {version, config, pid, clock, startedAt, phase} = parts;
	const uptimeMs = clock.elapsed() - startedAt;
	return {
		version,
		node_id: config.node.id,
		pid,
		started_at: formatTime(Math.round(clock.now() - uptimeMs) as EpochMs),
		uptime_seconds: Math.round(uptimeMs) / 1000,
		state: phase.toPing(drainState(parts)),
		ingest_socket: config.ingest.socket,
		caller: {socket: door, credentials: credentials ?? null},
	};
};

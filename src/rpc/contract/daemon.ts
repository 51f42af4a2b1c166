import {z} from 'zod';
import {count, nothing, seconds, timestamp} from './fields.js';

export const pingParams = nothing;
export const pingResult = z.strictObject({
	version: z.string(),
	node_id: z.string(),
	pid: count,
	started_at: timestamp,
	uptime_seconds: seconds,
	state: z.enum(['starting', 'running', 'draining', 'degraded']),
	/** Path of the ingest socket, where payloads of any size go in and come out. */
	ingest_socket: z.string(),
	/** Who asks, as the daemon sees it. */
	caller: z.strictObject({
		/** `status`: methods that change something are refused. */
		socket: z.enum(['rpc', 'status']),
		/** From the kernel; `null` where it cannot be asked. `pid` 0: a process of another pid namespace. */
		credentials: z.strictObject({uid: count, gid: count, pid: count}).nullable(),
	}),
});

export const discoverParams = nothing;
/** An OpenRPC 1.3 document. */
export const discoverResult = z.record(z.string(), z.unknown());

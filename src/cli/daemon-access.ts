import type {RpcClient} from '../rpc/client.js';
import type {Arguments, MethodName} from '../rpc/contract/methods.js';
import type {Call, CommandContext} from './context.js';
import type {IngestDoor} from './segments/ingest-door.js';

export type DaemonAccess = {
	readonly call: Call;
	readonly watchEvents: CommandContext['watchEvents'];
	openIngest(): Promise<IngestDoor>;
	close(): Promise<void>;
};

export type AccessSettings = {
	/** Asked for before each connection: the daemon that is waited for may make the socket only now. */
	findSocket(): string;
	/** `undefined` leaves each side its default. */
	readonly timeoutMs: number | undefined;
	/** Says with everything that changes something that it must be done, whoever asks: `rpc.require_operator` is overridden. */
	readonly breakGlass?: boolean;
};

/** What goes through the whole queue takes its time behind millions. */
const SLOW: Partial<Record<MethodName, number>> = {'relay.shape': 120_000, 'rollback.execute': 120_000};

/** Longest silence of the ingest socket: an fsync behind a full disk cache takes its time. */
const INGEST_TIMEOUT_MS = 60_000;

/** Connects when first needed, and again when the connection was lost. What is heavy is loaded only then: help must not wait for it. */
export const accessDaemon = ({findSocket, timeoutMs, breakGlass = false}: AccessSettings): DaemonAccess => {
	let client: RpcClient | undefined;
	let door: IngestDoor | undefined;
	const call: Call = async (method, params) => {
		const {connectRpc} = await import('../rpc/client.js');
		client ??= await connectRpc(findSocket());
		try {
			const patience = timeoutMs ?? SLOW[method];
			return await client.call(
				method,
				await spoken(method, params),
				patience === undefined ? {} : {timeoutMs: patience},
			);
		} catch (error) {
			if (!isRefusal(error)) {
				client?.close();
				client = undefined;
			}
			throw error;
		}
	};
	const spoken = async <M extends MethodName>(method: M, params: Arguments<M>): Promise<Arguments<M>> => {
		if (!breakGlass) {
			return params;
		}
		const [{contract}, {BREAK_GLASS}] = await Promise.all([
			import('../rpc/contract/methods.js'),
			import('../rpc/gate.js'),
		]);
		return contract[method].effect === 'change' ? {...params, [BREAK_GLASS]: true} : params;
	};
	return {
		call,
		async watchEvents(filter, listener, signal) {
			const {connectRpc} = await import('../rpc/client.js');
			const watching = await connectRpc(findSocket());
			try {
				const {ended} = await watching.subscribe(
					filter,
					listener,
					timeoutMs === undefined ? {} : {timeoutMs},
				);
				await Promise.race([ended, aborted(signal)]);
			} finally {
				watching.close();
			}
		},
		async openIngest() {
			const {ingest_socket: socketPath} = await call('daemon.ping', {});
			const {openHttpIngest} = await import('./segments/http-ingest-door.js');
			door ??= openHttpIngest({socketPath, timeoutMs: timeoutMs ?? INGEST_TIMEOUT_MS});
			return door;
		},
		async close() {
			client?.close();
			await door?.close();
		},
	};
};

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise(resolve => {
		signal.addEventListener('abort', () => resolve(), {once: true});
		if (signal.aborted) {
			resolve();
		}
	});

const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === 'EdgedError';

import type {Duplex} from 'node:stream';
import type {Clock} from '../runtime/clock.js';

/** How long a sender that was refused may go on sending before it is cut off: at once, and it would not see the answer. */
export const LINGER_MS = 5000;

type Refusal = {readonly status: string; readonly code: string; readonly message: string};

const BAD_REQUEST: Refusal = {status: '400 Bad Request', code: 'BAD_REQUEST', message: 'This is no HTTP/1.1'};
/** By the codes of Node's parser. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
	HPE_HEADER_OVERFLOW: {
		status: '431 Request Header Fields Too Large',
		code: 'HEADERS_TOO_LARGE',
		message: 'The headers are too large',
	},
	HPE_CHUNK_EXTENSIONS_OVERFLOW: {
		status: '413 Payload Too Large',
		code: 'TOO_LARGE',
		message: 'The chunk extensions are too large',
	},
	ERR_HTTP_REQUEST_TIMEOUT: {
		status: '408 Request Timeout',
		code: 'TIMEOUT',
		message: 'The headers did not arrive in time',
	},
};

/** The end came before the end of the request: nobody was refused, and most likely nobody reads on. */
const BROKE_OFF = 'HPE_INVALID_EOF_STATE';

/** Answers what the parser refuses, and closes. Returns the code of the refusal; `undefined` when it was none. */
export const refuseBrokenHttp = (
	{code = ''}: NodeJS.ErrnoException,
	socket: Duplex,
	clock: Clock,
): string | undefined => {
	if (socket.writableEnded) {
		return undefined; // It goes on sending: every further piece is broken, too.
	}
	if (!socket.writable || code === 'ECONNRESET') {
		socket.destroy();
		return undefined;
	}
	const refusal = REFUSALS[code] ?? BAD_REQUEST;
	const body = JSON.stringify({error: {code: refusal.code, message: refusal.message}});
	socket.on('error', () => {});
	socket.end(
		`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
	);
	const cancel = clock.after(LINGER_MS, () => socket.destroy());
	socket.once('close', cancel);
	return code === BROKE_OFF ? undefined : refusal.code;
};

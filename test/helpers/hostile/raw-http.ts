import {once} from 'node:events';
import {connect, type Socket} from 'node:net';

export type RawAnswer = {
	/** All that came, until the answer was whole or the connection ended. */
	readonly text: string;
	/** 0 when nothing came that looks like HTTP. */
	readonly status: number;
	readonly wasClosed: boolean;
};

/** Sends bytes to an HTTP server as they are and reads one answer. */
export const askRaw = async (
	socketPath: string,
	bytes: readonly (string | Uint8Array)[],
): Promise<RawAnswer> => {
	const socket = connect({path: socketPath, allowHalfOpen: true});
	try {
		await once(socket, 'connect');
		for (const piece of bytes) {
			socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
		}
		return await answerOn(socket);
	} finally {
		socket.destroy();
	}
};

const answerOn = (socket: Socket): Promise<RawAnswer> =>
	new Promise(resolve => {
		let text = '';
		const settle = (wasClosed: boolean): void => resolve({text, status: statusOf(text), wasClosed});
		socket.on('data', (piece: Buffer) => {
			text += piece.toString('latin1');
			if (isWhole(text)) {
				settle(false);
			}
		});
		socket.on('error', () => settle(true));
		socket.on('end', () => settle(true));
		socket.on('close', () => settle(true));
	});

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);

const isWhole = (text: string): boolean => {
	const end = text.indexOf('\r\n\r\n');
	if (/\r\ntransfer-encoding: chunked/i.test(text)) {
		return text.endsWith('\r\n0\r\n\r\n');
	}
	const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
	return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
};

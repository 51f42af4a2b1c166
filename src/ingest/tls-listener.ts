import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer, type Server, type ServerOptions} from 'node:https';
import type {AddressInfo} from 'node:net';
import {createSecureContext} from 'node:tls';
import {EdgedError} from '../outbound/errors.js';
import {listenFailure} from '../runtime/listen-failure.js';
import type {IngestListener} from './options.js';

const HANDSHAKE_TIMEOUT_MS = 20_000;

/** An HTTPS server that lets in only whom the client CA has signed, by TLS 1.3 and nothing older. Not listening yet. */
export const createTlsServer = async (listener: IngestListener, options: ServerOptions): Promise<Server> =>
	createServer({
		...options,
		...(await readCertificates(listener)),
		minVersion: 'TLSv1.3',
		requestCert: true,
		rejectUnauthorized: true,
		handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
	});

/** The port that it got. `INVALID_CONFIG` or `BUSY` when the address cannot be had. */
export const listenOnAddress = async (
	server: Server,
	{host, port}: IngestListener['address'],
): Promise<number> => {
	server.listen(port, host);
	try {
		await once(server, 'listening');
	} catch (cause) {
		throw listenFailure(`${host}:${port}`, cause);
	}
	return (server.address() as AddressInfo).port;
};

/** For connections from now on; those that are open keep what they have. Bad files are `INVALID_CONFIG` and change nothing. */
export const renewCertificates = async (server: Server, listener: IngestListener): Promise<void> => {
	server.setSecureContext({...(await readCertificates(listener)), minVersion: 'TLSv1.3'});
};

type Credentials = {readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer};

const readCertificates = async ({certFile, keyFile, clientCaFile}: IngestListener): Promise<Credentials> => {
	const [cert, key, ca] = await Promise.all([read(certFile), read(keyFile), read(clientCaFile)]);
	try {
		createSecureContext({cert, key, ca});
	} catch (cause) {
		const files = `${certFile}, ${keyFile} and ${clientCaFile}`;
		throw new EdgedError('INVALID_CONFIG', `${files} do not work together: ${wordsOf(cause)}`, undefined, {
			cause,
		});
	}
	return {cert, key, ca};
};

const read = async (file: string): Promise<Buffer> => {
	try {
		return await readFile(file);
	} catch (cause) {
		throw new EdgedError('INVALID_CONFIG', `Cannot read ${file}: ${wordsOf(cause)}`, undefined, {cause});
	}
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

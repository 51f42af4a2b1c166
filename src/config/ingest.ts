import {MIB} from './byte-size.js';
import {bytes, field, filePath, optional, textList, wholeNumber} from './field.js';
import {type ListenAddress, listenAddress} from './listen-address.js';
import {DEFAULT_INGEST_SOCKET} from './paths.js';
import type {Section, SectionOf, SectionProblem} from './section.js';
import {socketPath, socketPathProblem} from './socket-path.js';

const fields = {
	/** For producers on this machine. */
	socket: field('socket', socketPath, DEFAULT_INGEST_SOCKET),
	/** For other edged, over mutual TLS. */
	listen: optional('listen', listenAddress),
	certFile: optional('cert_file', filePath),
	keyFile: optional('key_file', filePath),
	/** Signs the senders' certificates. */
	clientCaFile: optional('client_ca_file', filePath),
	/** Names in the senders' certificates; empty lets in whoever the client CA has signed. */
	allowedSenders: field('allowed_senders', textList, []),
	/** How many edged a segment may have passed. */
	maxHops: field('max_hops', wholeNumber({min: 1, max: 255}), 8),
	/** Bounds the bodies that are being received; beyond it reading stops. */
	maxBufferedBytes: field('max_buffered_bytes', bytes({min: 64 * 1024, max: 4096 * MIB}), '32 MiB'),
	/** How fast one sender, by its certificate, is read; 0 = unlimited. */
	senderBytesPerSecond: field('sender_bytes_per_second', bytes({min: 0, max: 4096 * MIB}), 0),
} as const;

type Values = SectionOf<typeof fields>;

/** Where other edged connect, and who is believed. */
export type IngestListener = {
	readonly address: ListenAddress;
	readonly certFile: string;
	readonly keyFile: string;
	readonly clientCaFile: string;
};

export type IngestConfig = Pick<
	Values,
	'socket' | 'allowedSenders' | 'maxHops' | 'maxBufferedBytes' | 'senderBytesPerSecond'
> & {
	/** `undefined`: only the Unix socket. */
	readonly listener: IngestListener | undefined;
};

const LEAST_SENDER_RATE = 64 * 1024;
const FILES = ['certFile', 'keyFile', 'clientCaFile'] as const;

export const ingestSection: Section<typeof fields> = {
	fields,
	check(values, probe) {
		const problems: Array<SectionProblem<keyof Values & string>> = [];
		const socketProblem = socketPathProblem(values.socket);
		if (socketProblem !== undefined) {
			problems.push({name: 'socket', message: socketProblem});
		}
		const rate = values.senderBytesPerSecond;
		if (rate > 0 && rate < LEAST_SENDER_RATE) {
			problems.push({
				name: 'senderBytesPerSecond',
				message: `must be 0 (unlimited) or at least ${LEAST_SENDER_RATE}: senders would take a slower ingest for a dead one`,
			});
		}
		for (const name of values.listen === undefined ? [] : FILES) {
			const file = values[name];
			const message =
				file === undefined ? 'is needed with ingest.listen, which takes mutual TLS only' : probe(file);
			if (message !== undefined) {
				problems.push({name, message});
			}
		}
		return problems;
	},
};

/** Of values that passed the check. */
export const ingestConfig = ({listen, certFile, keyFile, clientCaFile, ...rest}: Values): IngestConfig => ({
	...rest,
	listener:
		listen && certFile && keyFile && clientCaFile
			? {address: listen, certFile, keyFile, clientCaFile}
			: undefined,
});

/** Back to the keys of the file. */
export const ingestValues = ({listener, ...rest}: IngestConfig): Values => ({
	...rest,
	listen: listener?.address,
	certFile: listener?.certFile,
	keyFile: listener?.keyFile,
	clientCaFile: listener?.clientCaFile,
});

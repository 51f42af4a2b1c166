import type {X509Certificate} from 'node:crypto';
import type {Socket} from 'node:net';
import {TLSSocket} from 'node:tls';
import {HttpRefusal} from './reply.js';

/** Who is at the other end: a program on this machine, or another edged by the name in its certificate. */
export type Caller = {readonly kind: 'local'} | {readonly kind: 'sender'; readonly name: string};

/**
 * Tells who is behind a socket. Whoever may open the Unix socket is local; over TLS the certificate, which has been verified by
 * then, must name one of `allowedSenders`, or anybody when the list is empty. Throws what the caller is to be told.
 */
export class CallerCheck {
	/** A certificate is read once a connection, not once a request. */
	readonly #names = new WeakMap<Socket, string | undefined>();

	callerOf(socket: Socket, allowedSenders: readonly string[]): Caller {
		if (!(socket instanceof TLSSocket)) {
			return LOCAL;
		}
		const name = this.#nameOf(socket);
		if (name === undefined) {
			throw new HttpRefusal(
				403,
				FORBIDDEN,
				'The certificate names nobody: it has neither a URI SAN nor a CN',
			);
		}
		if (allowedSenders.length > 0 && !allowedSenders.includes(name)) {
			throw new HttpRefusal(403, FORBIDDEN, `${name} is not one of ingest.allowed_senders`);
		}
		return {kind: 'sender', name};
	}

	#nameOf(socket: TLSSocket): string | undefined {
		if (!this.#names.has(socket)) {
			const certificate = socket.getPeerX509Certificate();
			this.#names.set(socket, certificate && senderName(certificate));
		}
		return this.#names.get(socket);
	}
}

const LOCAL: Caller = {kind: 'local'};
export const FORBIDDEN = 'FORBIDDEN';

/** The first URI among the alternative names, else the common name. */
export const senderName = ({
	subjectAltName,
	subject,
}: Pick<X509Certificate, 'subjectAltName' | 'subject'>): string | undefined =>
	firstUri(subjectAltName ?? '') ?? commonName(subject);

/** `TYPE:VALUE, TYPE:VALUE`; a value that could be mistaken for more of the list is in JSON quotes. */
const ALTERNATIVE = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g;

const firstUri = (names: string): string | undefined => {
	for (const [, type, value = ''] of names.matchAll(ALTERNATIVE)) {
		if (type === 'URI') {
			return value.startsWith('"') ? (JSON.parse(value) as string) : value;
		}
	}
	return undefined;
};

/** One attribute a line. A subject with several names is nobody's. */
const commonName = (subject: string): string | undefined => {
	const names = subject.split('\n').filter(line => line.startsWith('CN='));
	return names.length === 1 ? names[0]?.slice('CN='.length) || undefined : undefined;
};

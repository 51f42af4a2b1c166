import {X509Certificate} from 'node:crypto';
import {stat} from 'node:fs/promises';
import type {Config} from '../../../config/config.js';
import type {PeerConfig} from '../../../config/peers.js';
import {type Clock, parseTime} from '../../../runtime/clock.js';
import type {Collected, Collector} from '../collector.js';
import {openPlainFile, readEnd, whyNot} from '../plain-file.js';
import type {Subject} from '../subject.js';

/** Who the peers are, and until when the certificates hold. Of keys only that they are there: they are never read. */
export const peers = ({config: {config}}: Subject, clock: Clock): Collector => ({
	name: 'peers',
	deadlineMs: 4000,
	async collect(): Promise<Collected> {
		if (config === undefined) {
			throw new Error('without a configuration nobody knows the peers; name the file with --config-file');
		}
		const notes: string[] = [];
		const note = (text: string): void => {
			notes.push(text);
		};
		const value = {
			ingest: await ingestFiles(config, clock, note),
			peers: await Promise.all(config.peers.map(peer => describe(peer, clock, note))),
		};
		return {files: [{name: 'peers.json', kind: 'json', value}], notes};
	},
});

type Note = (text: string) => void;

const ingestFiles = async ({ingest}: Config, clock: Clock, note: Note): Promise<unknown> => {
	const {listener} = ingest;
	return listener === undefined
		? null
		: {
				cert_file: await certificatesIn(listener.certFile, clock, note),
				client_ca_file: await certificatesIn(listener.clientCaFile, clock, note),
				key_file: await keyFile(listener.keyFile, note),
			};
};

const describe = async (peer: PeerConfig, clock: Clock, note: Note): Promise<unknown> => {
	const {id, transport} = peer;
	if (transport === 'directory') {
		return {id, transport, path: peer.path, found: await kindOfPath(peer.path)};
	}
	const {caFile, certFile, keyFile: key} = peer.tls ?? {};
	return {
		id,
		transport,
		url: peer.url,
		...(caFile === undefined ? {} : {ca_file: await certificatesIn(caFile, clock, note)}),
		...(certFile === undefined ? {} : {cert_file: await certificatesIn(certFile, clock, note)}),
		...(key === undefined ? {} : {key_file: await keyFile(key, note)}),
	};
};

const MOST_BYTES = 1024 * 1024;
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}-----END CERTIFICATE-----/g;
const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

const certificatesIn = async (file: string, clock: Clock, note: Note): Promise<unknown> => {
	try {
		const opened = await openPlainFile(file);
		try {
			const text = (await readEnd(opened, MOST_BYTES)).toString('latin1');
			const found = (text.match(BLOCK) ?? []).map(block => certificate(block, file, clock, note));
			return {file, certificates: found, ...(found.length === 0 ? {error: 'no certificate is in it'} : {})};
		} finally {
			await opened.handle.close();
		}
	} catch (error) {
		note((error as Error).message);
		return {file, error: (error as Error).message};
	}
};

const certificate = (block: string, file: string, clock: Clock, note: Note): unknown => {
	try {
		const {subject, issuer, subjectAltName, validFrom, validTo, fingerprint256, serialNumber, ca} =
			new X509Certificate(block);
		const days = Math.floor((parseTime(validTo) - clock.now()) / DAY_MS);
		if (days < SOON_DAYS) {
			note(days < 0 ? `${file} has expired (${validTo})` : `${file} expires in ${days} days (${validTo})`);
		}
		return {
			subject: subject.replaceAll('\n', ', '),
			issuer: issuer.replaceAll('\n', ', '),
			subject_alt_name: subjectAltName ?? null,
			valid_from: validFrom,
			valid_to: validTo,
			days_left: days,
			is_ca: ca,
			serial_number: serialNumber,
			fingerprint_sha256: fingerprint256,
		};
	} catch (error) {
		return {error: `not readable as a certificate: ${(error as Error).message}`};
	}
};

const keyFile = async (file: string, note: Note): Promise<unknown> => {
	try {
		const {size, mode, uid, gid} = await stat(file);
		if ((mode & 0o077) !== 0) {
			note(`${file} can be read by others than its owner (mode 0${(mode & 0o777).toString(8)})`);
		}
		return {file, size_bytes: size, mode: `0${(mode & 0o777).toString(8)}`, uid, gid};
	} catch (error) {
		note(`${file} ${whyNot(error)}`);
		return {file, error: whyNot(error)};
	}
};

const kindOfPath = async (path: string): Promise<string> => {
	try {
		return (await stat(path)).isDirectory() ? 'a directory' : 'no directory';
	} catch (error) {
		return whyNot(error);
	}
};

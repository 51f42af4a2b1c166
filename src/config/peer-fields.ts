import {withoutUrlCredentials} from '../outbound/secrets.js';
import {byteLimit} from './bandwidth.js';
import {choice, field, filePath, flag, type Kind, optional, required, text} from './field.js';
import {peerName} from './names.js';
import {resolvePeerUrl} from './peer-url.js';
import type {SectionOf} from './section.js';

const TRANSPORTS = ['edged', 'http', 'directory'] as const;

/** Shown without user and password wherever it is shown. */
const url: Kind<string> = {
	...text,
	allowed: 'a URL',
	toPlain: withoutUrlCredentials,
	resolve: resolvePeerUrl,
};

/** Every key that a `[[peers]]` table may have; which of them one needs is its transport's to say (peers.ts). */
export const peerFields = {
	id: required('id', peerName),
	transport: field('transport', choice(TRANSPORTS), 'edged'),
	url: optional('url', url),
	/** For `directory`. */
	path: optional('path', filePath),
	/** Part of the route of segments whose producer names no peers. */
	isDefault: field('default', flag, true),
	caFile: optional('ca_file', filePath),
	certFile: optional('cert_file', filePath),
	keyFile: optional('key_file', filePath),
	/** Expected in the peer's certificate; the host of the URL when not given. */
	serverName: optional('server_name', text),
	/** For `http`. */
	format: field('format', choice(['raw', 'cloudevents']), 'raw'),
	/** 0 is unlimited; the total limits too. */
	bytesPerSecond: field('bytes_per_second', byteLimit, 0),
	/** Over 24 rolling hours; 0 is unlimited. */
	dailyQuotaBytes: field('daily_quota_bytes', byteLimit, 0),
} as const;

export type PeerValues = SectionOf<typeof peerFields>;

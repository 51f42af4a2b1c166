import {type PeerValues, peerFields} from './peer-fields.js';
import {edgedUrlProblem, webUrlProblem} from './peer-url.js';
import type {FileProbe, Section, SectionProblem} from './section.js';
import type {WindowConfig} from './windows.js';

/** Files of mutual TLS: who the peer must be signed by, and who we are. Read again when they change. */
export type TlsFiles = {readonly caFile: string; readonly certFile: string; readonly keyFile: string};

type PeerLimits = Pick<PeerValues, 'id' | 'isDefault' | 'bytesPerSecond' | 'dailyQuotaBytes'> & {
	/** Empty: open at any time. */
	readonly windows: readonly WindowConfig[];
};

/** Another edged. `url` is `https://`, `http://` to this machine, or `unix:` and an absolute path. */
export type EdgedPeer = PeerLimits & {
	readonly transport: 'edged';
	readonly url: string;
	/** Present exactly for `https://`. */
	readonly tls: TlsFiles | undefined;
	readonly serverName: string | undefined;
};
/** Any web endpoint. */
export type HttpPeer = PeerLimits & {
	readonly transport: 'http';
	/** The exact endpoint. May hold a user and a password: not for logs. */
	readonly url: string;
	/** What is not given is the system's, or nothing. */
	readonly tls: Partial<TlsFiles>;
	readonly serverName: string | undefined;
	readonly format: PeerValues['format'];
};
/** A directory on this machine. */
export type DirectoryPeer = PeerLimits & {
	readonly transport: 'directory';
	/** Absolute. */
	readonly path: string;
};
export type PeerConfig = EdgedPeer | HttpPeer | DirectoryPeer;

type PeerProblem = SectionProblem<keyof PeerValues>;

export const peerSection: Section<typeof peerFields> = {
	fields: peerFields,
	tables: ['windows'],
	decisive: ['transport', 'url'],
	check(values, probe) {
		return [
			...(values.transport === 'directory'
				? directoryProblems(values)
				: [...urlProblems(values), ...tlsProblems(values, probe)]),
			...formatProblems(values),
		];
	},
};

/** Of values that passed the check. */
export const peerConfig = (values: PeerValues, windows: readonly WindowConfig[]): PeerConfig => {
	const {id, isDefault, bytesPerSecond, dailyQuotaBytes, serverName, format} = values;
	const limits = {id, isDefault, bytesPerSecond, dailyQuotaBytes, windows};
	const {url = '', path = '', transport} = values;
	switch (transport) {
		case 'edged':
			return {...limits, transport, url, tls: tlsFiles(values), serverName};
		case 'http':
			return {...limits, transport, url, tls: givenTlsFiles(values), serverName, format};
		case 'directory':
			return {...limits, transport, path};
	}
};

/** Back to the keys of the file: only those that mean something for the peer's transport. */
export const peerValues = (peer: PeerConfig): Partial<PeerValues> => {
	if (peer.transport === 'directory') {
		return peer;
	}
	const {tls, serverName, ...rest} = peer;
	return {...rest, ...tls, ...(serverName !== undefined && {serverName})};
};

const TLS_FILES = ['caFile', 'certFile', 'keyFile'] as const;

const tlsFiles = ({caFile, certFile, keyFile}: PeerValues): TlsFiles | undefined =>
	caFile && certFile && keyFile ? {caFile, certFile, keyFile} : undefined;

const givenTlsFiles = (values: PeerValues): Partial<TlsFiles> =>
	Object.fromEntries(TLS_FILES.flatMap(name => (values[name] === undefined ? [] : [[name, values[name]]])));

const directoryProblems = (values: PeerValues): PeerProblem[] => [
	...(values.path === undefined
		? [{name: 'path' as const, message: 'is missing: transport "directory" needs the directory'}]
		: []),
	...misplaced(values, ['url', ...TLS_FILES, 'serverName'], 'does not go with transport "directory"'),
];

const urlProblems = (values: PeerValues): PeerProblem[] => {
	const message = urlProblem(values);
	return [
		...(message === undefined ? [] : [{name: 'url' as const, message}]),
		...misplaced(values, ['path'], `does not go with transport "${values.transport}"`),
	];
};

const formatProblems = ({transport, format}: PeerValues): PeerProblem[] =>
	transport === 'http' || format === 'raw'
		? []
		: [{name: 'format', message: `does not go with transport "${transport}"`}];

const urlProblem = ({transport, url}: PeerValues): string | undefined => {
	if (url === undefined) {
		return `is missing: transport "${transport}" needs the peer's URL`;
	}
	return transport === 'edged' ? edgedUrlProblem(url) : webUrlProblem(url);
};

const tlsProblems = (values: PeerValues, probe: FileProbe): PeerProblem[] => {
	if (values.url?.startsWith('https://') !== true) {
		return misplaced(values, [...TLS_FILES, 'serverName'], 'goes with an https:// url only');
	}
	const needed = neededTlsFiles(values);
	return TLS_FILES.flatMap((name): PeerProblem[] => {
		const file = values[name];
		const missing = needed.files.includes(name) ? `is missing: ${needed.why}` : undefined;
		const message = file === undefined ? missing : probe(file);
		return message === undefined ? [] : [{name, message}];
	});
};

/** Between two edged the certificate is the sender's name. An endpoint of the web may be content with less. */
const neededTlsFiles = ({
	transport,
	certFile,
	keyFile,
}: PeerValues): {readonly files: ReadonlyArray<keyof TlsFiles>; readonly why: string} => {
	if (transport === 'edged') {
		return {files: TLS_FILES, why: 'mutual TLS needs ca_file, cert_file and key_file'};
	}
	const hasOwn = certFile !== undefined || keyFile !== undefined;
	return {files: hasOwn ? ['certFile', 'keyFile'] : [], why: 'cert_file and key_file go together'};
};

const misplaced = (
	values: PeerValues,
	names: ReadonlyArray<keyof PeerValues>,
	message: string,
): PeerProblem[] => names.filter(name => values[name] !== undefined).map(name => ({name, message}));

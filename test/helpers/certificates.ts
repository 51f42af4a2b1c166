import {execFile} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {processDirectory} from './temp-dir.js';

const run = promisify(execFile);

/** Files for a configuration, and the same as bytes for `tls` options. */
export type KeyPair = {
	readonly certFile: string;
	readonly keyFile: string;
	readonly cert: Buffer;
	readonly key: Buffer;
};

export type LeafRequest = {
	readonly commonName: string;
	/** As openssl writes it, e.g. `DNS:localhost,IP:127.0.0.1`. */
	readonly subjectAltName: string;
	/** `expired`: since years. @default two days from now */
	readonly validity?: 'expired';
};

/** A certificate authority that can sign more leaves. */
export type Authority = {
	readonly caFile: string;
	readonly ca: Buffer;
	sign(fileName: string, leaf: LeafRequest): Promise<KeyPair>;
};

export type Certificates = {
	readonly authority: Authority;
	/** Another authority that nobody trusts, for refusals. */
	readonly stranger: Authority;
	/** For `localhost`, `127.0.0.1` and `::1`. */
	readonly server: KeyPair;
	/** Identity `edged://edge-1` as URI SAN, `edge-1` as CN. */
	readonly client: KeyPair;
};

/** URI SAN of `Certificates.client`, which is the sender's identity at an ingest. */
export const CLIENT_IDENTITY = 'edged://edge-1';

let cached: Promise<Certificates> | undefined;

/** Made once per process (100 ms) and removed when it ends. */
export const certificates = (): Promise<Certificates> => {
	cached ??= makeCertificates(processDirectory());
	return cached;
};

/** P-256 keys and certificates by the openssl command line, all in `directory`. */
export const makeCertificates = async (directory: string): Promise<Certificates> => {
	const [authority, stranger] = await Promise.all([
		makeAuthority(directory, 'ca'),
		makeAuthority(directory, 'stranger-ca'),
	]);
	const [server, client] = await Promise.all([
		authority.sign('server', {
			commonName: 'hub',
			subjectAltName: 'DNS:localhost,IP:127.0.0.1,IP:::1',
		}),
		authority.sign('client', {commonName: 'edge-1', subjectAltName: `URI:${CLIENT_IDENTITY}`}),
	]);
	return {authority, stranger, server, client};
};

const makeAuthority = async (directory: string, name: string): Promise<Authority> => {
	const caFile = path.join(directory, `${name}.crt`);
	const caKeyFile = path.join(directory, `${name}.key`);
	await run('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
		...['-keyout', caKeyFile, '-out', caFile, '-days', '2', '-subj', `/CN=edged test ${name}`],
		...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
	]);
	return {
		caFile,
		ca: await readFile(caFile),
		sign: (fileName, leaf) => sign({directory, caFile, caKeyFile}, fileName, leaf),
	};
};

type Signer = {readonly directory: string; readonly caFile: string; readonly caKeyFile: string};

const sign = async (
	{directory, caFile, caKeyFile}: Signer,
	fileName: string,
	{commonName, subjectAltName, validity}: LeafRequest,
): Promise<KeyPair> => {
	const at = (extension: string): string => path.join(directory, `${fileName}.${extension}`);
	await writeFile(
		at('ext'),
		[
			`subjectAltName=${subjectAltName}`,
			'basicConstraints=critical,CA:FALSE',
			'extendedKeyUsage=serverAuth,clientAuth',
		].join('\n'),
	);
	await run('openssl', [
		...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
		...['-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${commonName}`],
	]);
	await (validity === 'expired' ? signForThePast : signForNow)({directory, caFile, caKeyFile}, at);
	const [cert, key] = await Promise.all([readFile(at('crt')), readFile(at('key'))]);
	return {certFile: at('crt'), keyFile: at('key'), cert, key};
};

type NameFile = (extension: string) => string;

const signForNow = async ({caFile, caKeyFile}: Signer, at: NameFile): Promise<void> => {
	// A random serial: -CAcreateserial writes one file that two signings at a time would race for.
	await run('openssl', [
		...['x509', '-req', '-in', at('csr'), '-CA', caFile, '-CAkey', caKeyFile, '-out', at('crt')],
		...['-days', '2', '-extfile', at('ext'), '-set_serial', randomSerial()],
	]);
};

/** Only `openssl ca` takes dates, and it wants its books kept. */
const signForThePast = async ({caFile, caKeyFile}: Signer, at: NameFile): Promise<void> => {
	await writeFile(at('index'), '');
	await writeFile(
		at('cnf'),
		[
			'[ca]',
			'default_ca = books',
			'[books]',
			`database = ${at('index')}`,
			'rand_serial = yes',
			'default_md = sha256',
			'policy = any',
			'[any]',
			'commonName = supplied',
		].join('\n'),
	);
	await run('openssl', [
		...['ca', '-batch', '-notext', '-config', at('cnf'), '-in', at('csr'), '-out', at('crt')],
		...['-cert', caFile, '-keyfile', caKeyFile, '-extfile', at('ext'), '-outdir', path.dirname(at('crt'))],
		...['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'],
	]);
};

const randomSerial = (): string => String(1 + Math.floor(Math.random() * (Number.MAX_SAFE_INTEGER - 1)));

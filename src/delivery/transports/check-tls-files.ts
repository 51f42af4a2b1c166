import {createPrivateKey, X509Certificate} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {createSecureContext} from 'node:tls';
import type {TlsFiles} from '../../config/peers.js';

/** Why certificate files of a peer cannot be used now: which one, and in what way; `undefined` when they can. Reads them. */
export const tlsFilesProblem = async (files: Partial<TlsFiles>): Promise<string | undefined> => {
	const read = new Map<keyof TlsFiles, Buffer>();
	for (const name of ['caFile', 'certFile', 'keyFile'] as const) {
		const file = files[name];
		if (file !== undefined) {
			try {
				const bytes = await readFile(file);
				CHECKS[name](bytes);
				read.set(name, bytes);
			} catch (error) {
				return `${KEYS[name]} ${file} cannot be used: ${wordsOf(error)}`;
			}
		}
	}
	const [cert, key] = [read.get('certFile'), read.get('keyFile')];
	try {
		createSecureContext({...(cert && {cert}), ...(key && {key})});
	} catch (error) {
		return `cert_file ${files.certFile} and key_file ${files.keyFile} do not belong together: ${wordsOf(error)}`;
	}
	return undefined;
};

const KEYS = {caFile: 'ca_file', certFile: 'cert_file', keyFile: 'key_file'} as const;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** OpenSSL passes over a CA file without a certificate in silence. */
const checkCertificates = (bytes: Buffer): void => {
	const certificates = bytes.toString('latin1').match(CERTIFICATE) ?? [];
	if (certificates.length === 0) {
		throw new Error('there is no certificate in PEM form in it');
	}
	for (const certificate of certificates) {
		new X509Certificate(certificate);
	}
};

const CHECKS: Readonly<Record<keyof TlsFiles, (bytes: Buffer) => void>> = {
	caFile: checkCertificates,
	certFile: checkCertificates,
	keyFile: bytes => void createPrivateKey(bytes),
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

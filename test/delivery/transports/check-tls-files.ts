import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {tlsFilesProblem} from '../../../src/delivery/transports/check-tls-files.js';
import {certificates} from '../../helpers/certificates.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const goodFiles = async () => {
	const {authority, client} = await certificates();
	return {caFile: authority.caFile, certFile: client.certFile, keyFile: client.keyFile};
};

test('files that belong together have no problem, nor have some of them, nor none', async t => {
	const files = await goodFiles();
	t.is(await tlsFilesProblem(files), undefined);
	t.is(await tlsFilesProblem({caFile: files.caFile}), undefined);
	t.is(await tlsFilesProblem({}), undefined);
});

for (const [name, key] of [
	['caFile', 'ca_file'],
	['certFile', 'cert_file'],
	['keyFile', 'key_file'],
] as const) {
	test(`a ${key} that is not there, or is nonsense, is named`, async t => {
		const files = await goodFiles();
		const file = path.join(await temporaryDirectory(t), 'file.pem');
		const problem = async () => (await tlsFilesProblem({...files, [name]: file})) ?? '';
		t.regex(await problem(), new RegExp(`^${key} ${file} cannot be used: ENOENT`));
		await writeFile(file, 'nonsense');
		t.regex(await problem(), new RegExp(`^${key} ${file} cannot be used: .`));
		const label = name === 'keyFile' ? 'PRIVATE KEY' : 'CERTIFICATE';
		await writeFile(file, `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`);
		t.regex(await problem(), new RegExp(`^${key} ${file} cannot be used: .`));
	});
}

test('a key of another certificate is told', async t => {
	const files = await goodFiles();
	const {server} = await certificates();
	t.regex(
		(await tlsFilesProblem({...files, keyFile: server.keyFile})) ?? '',
		/cert_file .* and key_file .* do not belong together: /,
	);
});

import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {MARKER, rpcReference} from '../helpers/rpc-reference.js';
import {PROJECT} from '../helpers/source-files.js';

test('docs/rpc.md describes the control plane as it is; npm run docs writes it anew', t => {
	const [, generated] = readFileSync(path.join(PROJECT, 'docs/rpc.md'), 'utf8').split(MARKER);
	t.is(generated?.trim(), rpcReference().trim());
});

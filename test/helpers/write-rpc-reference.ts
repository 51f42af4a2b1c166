import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {MARKER, rpcReference} from './rpc-reference.js';
import {PROJECT} from './source-files.js';

/** `npm run docs`: writes the generated part of docs/rpc.md anew. */
const file = path.join(PROJECT, 'docs/rpc.md');
const [written] = readFileSync(file, 'utf8').split(MARKER);
writeFileSync(file, `${written}${MARKER}\n\n${rpcReference()}`);

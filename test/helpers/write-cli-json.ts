import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {cliJsonReference} from './cli-json/reference.js';
import {MARKER} from './rpc-reference.js';
import {PROJECT} from './source-files.js';

/** `npm run docs`: writes the generated part of docs/cli-json.md anew. */
const file = path.join(PROJECT, 'docs/cli-json.md');
const [written] = readFileSync(file, 'utf8').split(MARKER);
writeFileSync(file, `${written}${MARKER}\n\n${cliJsonReference()}`);

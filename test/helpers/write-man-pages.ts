import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {MAN_PAGES} from './man/pages.js';
import {PROJECT} from './source-files.js';

/** `npm run docs`: writes the manual pages anew. */
mkdirSync(path.join(PROJECT, 'man'), {recursive: true});
for (const [file, make] of Object.entries(MAN_PAGES)) {
	writeFileSync(path.join(PROJECT, 'man', file), make());
}

import {parseArgs} from 'node:util';
import {Cleanup} from '../../bench/harness/cleanup.js';
import {smoke} from './smoke.js';

/** `npm run smoke -- --node PATH`: do both programs do their work on that node? Exit code 1 when they do not. */
const {values} = parseArgs({options: {node: {type: 'string', default: process.execPath}}});
const cleanup = new Cleanup();
try {
	await smoke(cleanup, values.node, step => process.stdout.write(`  ok  ${step}\n`));
} catch (error) {
	process.stdout.write(
		`  NOT OK  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
	);
	process.exitCode = 1;
} finally {
	await cleanup.run();
}

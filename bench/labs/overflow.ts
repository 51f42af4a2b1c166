import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {runOverflow} from '../../test/helpers/labs/overflow-run.js';
import {reportLab} from '../harness/report-lab.js';

/** `npm run lab -- overflow`: a queue that fills and drains (S-A), and one that overflows with `evict_oldest` (S-B), each with a daemon of its own. */
const {values} = parseArgs({
	options: {
		segments: {type: 'string', default: '200'},
		/** Of each segment of S-B, whose ceiling is 1 MiB. */
		bytes: {type: 'string', default: '16384'},
		dir: {type: 'string', default: tmpdir()},
		report: {type: 'string'},
	},
});

await reportLab({
	parent: values.dir,
	reportFile: values.report,
	run: (cleanup, directory, note) =>
		runOverflow(cleanup, {
			directory,
			segments: Number(values.segments),
			byteLength: Number(values.bytes),
			note,
		}),
});

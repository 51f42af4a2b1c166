import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {runDeadletter} from '../../test/helpers/labs/deadletter-run.js';
import {reportLab} from '../harness/report-lab.js';

/** `npm run lab -- deadletter`: an operator's commands on the reference's fixtures, and what of two dead groups comes back to life. */
const {values} = parseArgs({
	options: {
		/** In each of the groups R and U. */
		segments: {type: 'string', default: '200'},
		dir: {type: 'string', default: tmpdir()},
		report: {type: 'string'},
	},
});

await reportLab({
	parent: values.dir,
	reportFile: values.report,
	run: (cleanup, directory, note) =>
		runDeadletter(cleanup, {directory, segments: Number(values.segments), note}),
});

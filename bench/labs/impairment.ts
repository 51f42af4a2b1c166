import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {runImpairment} from '../../test/helpers/labs/impairment-run.js';
import {reportLab} from '../harness/report-lab.js';

/** `npm run lab -- impairment`: one peer behind a proxy: outage, 1 and 10 Mbps, slow dials, connections cut after 500 bytes. */
const {values} = parseArgs({
	options: {
		/** In each of the seven conditions. */
		segments: {type: 'string', default: '100'},
		bytes: {type: 'string', default: '8192'},
		dir: {type: 'string', default: tmpdir()},
		report: {type: 'string'},
	},
});

await reportLab({
	parent: values.dir,
	reportFile: values.report,
	run: (cleanup, directory, note) =>
		runImpairment(cleanup, {
			directory,
			segments: Number(values.segments),
			byteLength: Number(values.bytes),
			note,
		}),
});

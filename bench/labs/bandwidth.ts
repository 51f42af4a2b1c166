import {writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {runBandwidth} from '../../test/helpers/labs/bandwidth-run.js';
import {ratePlot} from '../../test/helpers/labs/rate-plot.js';
import {reportLab} from '../harness/report-lab.js';

/**
 * `npm run lab -- bandwidth`: what leaves an edge at 2 KiB/s to 50 MiB/s with segments of 200 B to 1 MiB, counted and timed under TLS,
 * and how soon a new rate acts. Takes five minutes and 5 GB of disk for a while. Figures count on an idle machine only.
 */
const {values} = parseArgs({
	options: {
		rates: {type: 'string', default: '2048,65536,1048576,52428800'},
		sizes: {type: 'string', default: '200,16384,1048576'},
		seconds: {type: 'string', default: '10'},
		dir: {type: 'string', default: tmpdir()},
		report: {type: 'string'},
		/** Bytes per second over time, as SVG. */
		plot: {type: 'string', default: 'bandwidth.svg'},
	},
});

const numbers = (text: string): readonly number[] => text.split(',').map(Number);

await reportLab({
	parent: values.dir,
	reportFile: values.report,
	run: async (cleanup, directory, note) => {
		const {report, curves} = await runBandwidth(cleanup, {
			directory,
			cells: numbers(values.rates).flatMap(rate => numbers(values.sizes).map(size => ({rate, size}))),
			seconds: Number(values.seconds),
			margins: {leastUse: 0.98, mostReactionMs: 250},
			note,
		});
		await writeFile(values.plot, ratePlot(curves));
		note(`bytes per second over time: ${values.plot}`);
		return report;
	},
});

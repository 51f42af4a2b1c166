import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {LabReport} from '../../test/helpers/labs/lab-report.js';
import {type Cleanup, withCleanup} from './cleanup.js';

export type ReportLab = {
	/** Where the daemons keep their state; what is made there stays when a bar was missed. */
	readonly parent: string;
	/** A file for the report; else it is written to the output. */
	readonly reportFile: string | undefined;
	readonly run: (cleanup: Cleanup, directory: string, note: (line: string) => void) => Promise<LabReport>;
};

/** Runs a lab that ends with a report as JSON, and with exit code 1 when a bar was missed. */
export const reportLab = ({parent, reportFile, run}: ReportLab): Promise<void> =>
	withCleanup(async cleanup => {
		const directory = await mkdtemp(path.join(parent, 'edged-lab-'));
		const report = await run(cleanup, directory, line => process.stderr.write(`${line}\n`));
		await cleanup.run();
		const text = `${JSON.stringify(report, undefined, 2)}\n`;
		if (reportFile === undefined) {
			process.stdout.write(text);
		} else {
			await writeFile(reportFile, text);
		}
		if (report.passed) {
			await rm(directory, {recursive: true});
		} else {
			process.stderr.write(`A BAR WAS MISSED. Everything is still in ${directory}\n`);
			process.exitCode = 1;
		}
	});

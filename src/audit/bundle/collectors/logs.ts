import {type Collected, type Collector, NothingToCollect} from '../collector.js';
import {MAX_LOG_BYTES, redactLog} from '../log-tail.js';
import {openPlainFile, readEnd} from '../plain-file.js';
import {runProgram} from '../run-program.js';
import type {Subject} from '../subject.js';

const JOURNAL_LINES = '20000';
const UNIT = 'edged';

/** The end of the log: of the file that was named, else of the unit's journal. */
export const logs = ({logFile}: Subject): Collector => ({
	name: 'logs',
	deadlineMs: 10_000,
	collect: signal => (logFile === undefined ? fromJournal(signal) : fromFile(logFile, signal)),
});

const fromFile = async (file: string, signal: AbortSignal): Promise<Collected> => {
	const opened = await openPlainFile(file);
	try {
		const bytes = await readEnd(opened, MAX_LOG_BYTES);
		const isCut = opened.size > bytes.length;
		const {text, notes} = await redactLog(bytes, isCut, signal).catch((error: Error) => {
			throw new Error(`${file}: ${error.message}`);
		});
		return {
			files: [{name: 'edged.log', kind: 'redacted_text', text}],
			notes: [`read from ${file}`, ...opened.notes, ...notes],
		};
	} finally {
		await opened.handle.close();
	}
};

const fromJournal = async (signal: AbortSignal): Promise<Collected> => {
	const end = await runProgram({
		words: ['journalctl', '-u', UNIT, '-n', JOURNAL_LINES, '--no-pager', '-o', 'short-iso-precise', '-q'],
		mostBytes: MAX_LOG_BYTES,
		signal,
	});
	if (end === undefined) {
		throw new NothingToCollect('there is no journalctl here; name the log with --log-file');
	}
	if (end.exitCode !== 0) {
		throw new Error(`journalctl -u ${UNIT} failed: ${end.stderr.trim() || `exit code ${end.exitCode}`}`);
	}
	if (end.stdout.length === 0) {
		const why = end.stderr.trim();
		throw new NothingToCollect(
			`the journal has nothing of the unit ${UNIT}${why === '' ? '' : ` (${why})`}; name the log with --log-file`,
		);
	}
	const {text, notes} = await redactLog(end.stdout, end.isCut, signal);
	return {
		files: [{name: 'edged.log', kind: 'redacted_text', text}],
		notes: [`from journalctl -u ${UNIT}, at most ${JOURNAL_LINES} lines`, ...notes],
	};
};

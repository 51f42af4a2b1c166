import {existsSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {findRpcSocket, type Surroundings} from '../config/paths.js';
import {askAtTerminal} from './ask.js';
import {formatAskedFor, type Reading, readCommandLine} from './command-line.js';
import {loadAllCommands, loadCommandsFor} from './command-table.js';
import type {CommandContext, Time} from './context.js';
import {accessDaemon} from './daemon-access.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import {toFailure, UsageError, unforeseen} from './failure.js';
import type {Globals} from './globals.js';
import {createOutput, type Output, type OutputFormat} from './output.js';
import {openTerminal} from './terminal.js';
import {coloured, plain} from './text/style.js';

/** Where the terminal does not say, or there is none. */
const DEFAULT_WIDTH = 100;

/** Runs the command line of this process and sets its exit code. The only code of edgectl that touches the process. */
export const main = async (): Promise<void> => {
	endQuietlyOnClosedPipe();
	const words = process.argv.slice(2);
	if (words[0] === '__complete') {
		await completeWords(words.slice(1));
		return;
	}
	try {
		const exitCode = await follow(await read(words));
		process.exitCode = exitCode === EXIT.done ? (process.exitCode ?? exitCode) : exitCode; // The output may have failed.
	} catch (error) {
		process.exitCode = await report(error, formatAskedFor(words));
	}
};

const read = async (words: readonly string[]): Promise<Reading> => {
	const surface = {version: version(), width: process.stdout.columns || DEFAULT_WIDTH};
	try {
		return readCommandLine(words, {...surface, commands: await loadCommandsFor(words)});
	} catch (error) {
		if (!(error instanceof UsageError)) {
			throw error;
		}
		// What was meant may be any of them.
		return readCommandLine(words, {...surface, commands: await loadAllCommands()});
	}
};

const follow = async (reading: Reading): Promise<ExitCode> => {
	if (reading.kind === 'say') {
		const sink = reading.exitCode === EXIT.done ? process.stdout : process.stderr;
		sink.write(`${reading.text}\n`);
		return reading.exitCode;
	}
	const {command, values, globals} = reading;
	const access = accessDaemon({
		findSocket: () => findRpcSocket(globals.socket, surroundings()).path,
		timeoutMs: globals.timeout,
		breakGlass: process.env['EDGED_BREAK_GLASS'] === '1',
	});
	const output = outputFor(globals);
	const interrupt = new AbortController();
	process.once('SIGINT', () => {
		interrupt.abort(new Interrupted());
	});
	const context: CommandContext = {
		...access,
		output,
		openTerminal: () => (globals.output !== 'json' && canDraw() ? openTerminal(process) : undefined),
		ask: askAtTerminal(process),
		input: process.stdin,
		rawOutput: process.stdout,
		accountable: accountable(globals),
		auditDirectory: process.env['AUTONOMY_AUDIT_DIR'],
		signal: interrupt.signal,
		time,
		env: process.env,
		version: version(),
		patienceMs: globals.timeout,
	};
	try {
		return (await command.run(context, values)) ?? EXIT.done;
	} finally {
		output.close();
		await access.close();
		process.stdin.destroy(); // An input that never ends would keep the process.
	}
};

const surroundings = (): Surroundings => ({
	env: process.env,
	workingDirectory: process.cwd(),
	exists: existsSync,
});

/** For the scripts of `edgectl completion`. */
const completeWords = async (words: readonly string[]): Promise<void> => {
	const {answerShell} = await import('./completion/answer.js');
	const lines = await answerShell(words, surroundings());
	process.stdout.write(lines.map(line => `${line}\n`).join(''));
};

class Interrupted extends Error {}

const report = async (error: unknown, format: OutputFormat): Promise<ExitCode> => {
	if (error instanceof Interrupted || (error as Error).cause instanceof Interrupted) {
		return EXIT.interrupted;
	}
	const failure = toFailure(await withExample(error)) ?? unforeseen(error);
	const {code, problem, advice, exitCode} = failure;
	outputFor({output: format} as Globals).complain(failure.message, {
		code,
		message: problem,
		advice,
		exit_code: exitCode,
	});
	return exitCode;
};

/** What a command refuses of its own line comes with a line of it that works. */
const withExample = async (error: unknown): Promise<unknown> => {
	if (!(error instanceof UsageError) || error.tryLine !== undefined) {
		return error;
	}
	const known = (await loadAllCommands()).find(({name}) => name === error.command);
	return new UsageError(error.message, error.command, known?.examples[0]);
};

const time: Time = {
	elapsed: () => Number(process.hrtime.bigint() / 1_000_000n),
	// biome-ignore lint/style/noRestrictedGlobals: this is the clock that commands are given
	now: () => Date.now(),
	sleep: async (milliseconds, signal) => {
		await sleep(milliseconds, undefined, {signal});
	},
};

const outputFor = ({output: format = 'text'}: Globals): Output =>
	createOutput({
		format,
		style: hasColours() ? coloured : plain,
		out: process.stdout,
		errors: process.stderr,
		terminalWidth: process.stderr.isTTY ? process.stderr.columns || DEFAULT_WIDTH : undefined,
		outWidth: process.stdout.isTTY ? process.stdout.columns || undefined : undefined,
		elapsed: time.elapsed,
	});

/** A terminal that knows how to move its cursor. */
const canDraw = (): boolean => process.stdout.isTTY && process.env['TERM'] !== 'dumb';

/** https://no-color.org: any value but an empty one. */
const hasColours = (): boolean => {
	const {NO_COLOR: noColour, TERM: terminal} = process.env;
	return process.stdout.isTTY && (noColour ?? '') === '' && terminal !== 'dumb';
};

const accountable = ({operator, reason}: Globals): CommandContext['accountable'] => {
	const {AUTONOMY_OPERATOR: named} = process.env;
	return {
		operator: operator ?? (named || `uid:${process.getuid?.() ?? 'unknown'}`),
		...(reason === undefined ? {} : {reason}),
	};
};

const version = (): string => {
	const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
	return (JSON.parse(manifest) as {version: string}).version;
};

/** `edgectl relay list | head` has read enough: what follows goes nowhere, and nothing is wrong. */
const endQuietlyOnClosedPipe = (): void => {
	let isTold = false;
	for (const stream of [process.stdout, process.stderr]) {
		stream.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code !== 'EPIPE') {
				// Where the output goes cannot be written, such as a full disk: what was asked for may be done all the same.
				process.exitCode = EXIT.refused;
				if (stream === process.stdout && !isTold) {
					isTold = true;
					process.stderr.write(`edgectl: the output could not be written: ${error.message}\n`);
				}
			}
		});
	}
};

import {PassThrough, Readable} from 'node:stream';
import {allCommands} from '../../src/cli/all-commands.js';
import {readCommandLine} from '../../src/cli/command-line.js';
import type {Call, CommandContext, Terminal} from '../../src/cli/context.js';
import {createOutput} from '../../src/cli/output.js';
import type {IngestDoor} from '../../src/cli/segments/ingest-door.js';
import {plain} from '../../src/cli/text/style.js';
import type {WireEvent} from '../../src/rpc/contract/events.js';

export type Said = {
	/** What was asked of the daemon, in order. */
	readonly calls: ReadonlyArray<readonly [method: string, params: unknown]>;
	readonly out: string;
	readonly errors: string;
	readonly exitCode: number | undefined;
	readonly raw: Buffer;
};

export type Stubs = {
	/** Answers by method; a function is called with the parameters. Errors are thrown. */
	readonly answers?: Readonly<Record<string, unknown>>;
	readonly ingest?: IngestDoor;
	/** Told to who subscribes, who then is told no more. */
	readonly events?: readonly WireEvent[];
	readonly input?: Readable;
	readonly signal?: AbortSignal;
	readonly terminal?: Terminal;
	/** Told of what goes to stderr, also when the command throws. */
	readonly onError?: (text: string) => void;
	/** What is answered to each question at the terminal, `undefined` for an end of the input; without it there is no terminal. */
	readonly replies?: ReadonlyArray<string | undefined>;
};

/** Words of a command line, as a shell would make them of a line without expansions. */
export const wordsOf = (line: string): string[] =>
	[...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** Runs the command that `line` names (without `edgectl`) against stubs. Rejects with what the command throws. */
export const runLine = async (line: string, stubs: Stubs = {}): Promise<Said> => {
	const reading = readCommandLine(wordsOf(line), {commands: allCommands, version: '0.0.0', width: 100});
	if (reading.kind === 'say') {
		return {calls: [], out: reading.text, errors: '', exitCode: reading.exitCode, raw: Buffer.alloc(0)};
	}
	const said = {out: '', errors: ''};
	const time = steppedTime();
	const calls: Array<readonly [string, unknown]> = [];
	const raw = new PassThrough({highWaterMark: 64 * 2 ** 20}); // Read when all is written.
	const {operator = 'uid:1000', reason, output = 'text', timeout} = reading.globals;
	const context: CommandContext = {
		call: stubCall(stubs.answers ?? {}, calls),
		async watchEvents(filter, listener) {
			calls.push(['relay.events.subscribe', filter]);
			for (const event of stubs.events ?? []) {
				listener(event);
			}
		},
		async openIngest() {
			if (stubs.ingest === undefined) {
				throw new Error('The test gave no ingest door');
			}
			return stubs.ingest;
		},
		output: createOutput({
			format: output,
			style: plain,
			out: {write: text => (said.out += text)},
			errors: {
				write: text => {
					said.errors += text;
					stubs.onError?.(text);
				},
			},
			terminalWidth: undefined,
			elapsed: time.elapsed,
		}),
		openTerminal: () => stubs.terminal,
		ask: stubs.replies === undefined ? undefined : replier(stubs.replies, text => (said.errors += text)),
		input: stubs.input ?? Readable.from([]),
		rawOutput: raw,
		accountable: {operator, ...(reason === undefined ? {} : {reason})},
		signal: stubs.signal ?? new AbortController().signal,
		time,
		env: {},
		version: '0.0.0',
		patienceMs: timeout,
	};
	const exitCode = await reading.command.run(context, reading.values);
	return {...said, calls, exitCode, raw: (raw.read() as Buffer | null) ?? Buffer.alloc(0)};
};

const replier = (replies: ReadonlyArray<string | undefined>, show: (text: string) => void): Asking => {
	const left = [...replies];
	return async (question, signal) => {
		show(`${question}\n`);
		signal.throwIfAborted();
		if (left.length === 0) {
			throw new Error(`The test gave no reply to: ${question}`);
		}
		return left.shift();
	};
};
type Asking = NonNullable<CommandContext['ask']>;

/** When the clock of a stubbed command starts. */
export const NOON = Date.UTC(2026, 6, 25, 12);

/** A sleep takes no time and moves the clock by what was asked for. */
const steppedTime = (): CommandContext['time'] => {
	let elapsed = 0;
	return {
		elapsed: () => elapsed,
		now: () => NOON + elapsed,
		async sleep(milliseconds, signal) {
			signal.throwIfAborted();
			elapsed += milliseconds;
			await new Promise<void>(resolve => {
				setImmediate(resolve);
			});
		},
	};
};

const stubCall =
	(answers: Readonly<Record<string, unknown>>, calls: Array<readonly [string, unknown]>): Call =>
	async (method, params) => {
		calls.push([method, params]);
		const answer = answers[method];
		const given: unknown = typeof answer === 'function' ? answer(params) : answer;
		if (given instanceof Error) {
			throw given;
		}
		if (given === undefined) {
			throw new Error(`The test gave no answer to ${method}`);
		}
		return given as never;
	};

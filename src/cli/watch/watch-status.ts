import {CallTimedOut, DaemonUnreachable} from '../../rpc/client-errors.js';
import type {Result} from '../../rpc/contract/methods.js';
import type {CommandContext, Terminal} from '../context.js';
import {toFailure} from '../failure.js';
import {humanSeconds} from '../text/time.js';
import {ChangedLines} from './lines.js';
import {picture} from './picture.js';

/** Between two pictures, and between two questions. */
const REDRAW_MS = 250;
const ASK_MS = 1000;
/** An answer that takes longer is told to be late. */
const LATE_MS = 3000;

/** Shows the status until it is asked to end; a daemon that goes away is waited for. */
export const watchStatus = async (context: CommandContext): Promise<undefined> => {
	const terminal = context.openTerminal();
	if (terminal === undefined) {
		await watchInLines(context);
		return undefined;
	}
	try {
		await watchOnScreen(context, terminal);
	} finally {
		terminal.close();
	}
	return undefined;
};

type Status = Result<'relay.status'>;

/** Asks again and again; what it has heard last is there to be shown at any time. */
class Asking {
	status: Status | undefined;
	/** Why the last question was not answered. */
	trouble: string | undefined;
	/** What no patience helps against. */
	failure: unknown;
	#isAsking = false;
	#askedAt = Number.NEGATIVE_INFINITY;
	#heardAt: number;
	readonly #context: Pick<CommandContext, 'call' | 'time'>;

	constructor(context: Pick<CommandContext, 'call' | 'time'>) {
		this.#context = context;
		this.#heardAt = context.time.elapsed();
	}

	/** Never waits. */
	async askWhenDue(): Promise<void> {
		const {call, time} = this.#context;
		if (this.#isAsking || time.elapsed() - this.#askedAt < ASK_MS) {
			return;
		}
		this.#isAsking = true;
		this.#askedAt = time.elapsed();
		try {
			this.status = await call('relay.status', {});
			this.#heardAt = time.elapsed();
			this.trouble = undefined;
		} catch (error) {
			if (error instanceof DaemonUnreachable || error instanceof CallTimedOut) {
				this.trouble = toFailure(error)?.message;
			} else {
				this.failure = error;
			}
		} finally {
			this.#isAsking = false;
		}
	}

	/** For who looks at an old picture. */
	get problem(): string | undefined {
		const silence = this.#context.time.elapsed() - this.#heardAt;
		const age = this.status === undefined ? '' : `, shown is what was ${humanSeconds(silence / 1000)} ago`;
		if (this.trouble !== undefined) {
			return `waiting for edged${age}: ${this.trouble}`;
		}
		return silence >= LATE_MS ? `edged does not answer${age}` : undefined;
	}
}

const watchOnScreen = async (context: CommandContext, terminal: Terminal): Promise<void> => {
	const {time, output} = context;
	const quit = new AbortController();
	const signal = AbortSignal.any([context.signal, quit.signal]);
	let scrolled = 0;
	const asking = new Asking(context);
	const draw = (): void => {
		const {status, problem} = asking;
		scrolled = Math.max(0, Math.min(scrolled, (status?.peers.length ?? 1) - 1));
		terminal.draw(picture({status, problem, scrolled}, terminal.size(), output.style));
	};
	terminal.onEnd(() => quit.abort());
	terminal.onKey(key => {
		if (QUIT_KEYS.has(key)) {
			quit.abort();
		}
		scrolled += SCROLL_KEYS.get(key) ?? 0;
	});
	while (!signal.aborted && asking.failure === undefined) {
		void asking.askWhenDue();
		draw();
		await untilAborted(time.sleep(REDRAW_MS, signal), signal);
	}
	throwIfSet(asking.failure);
};

const QUIT_KEYS: ReadonlySet<string> = new Set(['q', 'Q', '\u0003', '\u0004']);
const SCROLL_KEYS: ReadonlyMap<string, number> = new Map([
	['\u001b[A', -1],
	['\u001bOA', -1],
	['k', -1],
	['\u001b[B', 1],
	['\u001bOB', 1],
	['j', 1],
	['\u001b[5~', -10],
	['\u001b[6~', 10],
]);

const watchInLines = async (context: CommandContext): Promise<void> => {
	const {time, output, signal} = context;
	const asking = new Asking(context);
	const lines = new ChangedLines();
	let complained: string | undefined;
	let shown: Status | undefined;
	while (!signal.aborted && asking.failure === undefined) {
		void asking.askWhenDue();
		const {status, trouble} = asking;
		if (trouble !== complained && trouble !== undefined) {
			output.complain(`waiting for edged: ${trouble}`, {code: 'UNREACHABLE'});
		}
		complained = trouble;
		if (status !== undefined && status !== shown) {
			shown = status;
			if (output.format === 'json') {
				output.item(status, '');
			} else {
				for (const line of lines.of(status, time.elapsed())) {
					output.item(status, line);
				}
			}
		}
		await untilAborted(time.sleep(REDRAW_MS, signal), signal);
	}
	throwIfSet(asking.failure);
};

const throwIfSet = (failure: unknown): void => {
	if (failure !== undefined) {
		throw failure;
	}
};

/** To be asked to end is no failure. */
const untilAborted = async (sleep: Promise<void>, signal: AbortSignal): Promise<void> => {
	try {
		await sleep;
	} catch (error) {
		if (!signal.aborted) {
			throw error;
		}
	}
};

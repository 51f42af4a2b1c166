import type {ExitCode} from './exit-codes.js';
import type {FailureCode} from './failure.js';
import {printable} from './text/printable.js';
import type {Style} from './text/style.js';

/** Where a command puts what it found. A pipe closed by its reader swallows the rest. */
export type Output = {
	readonly format: OutputFormat;
	readonly style: Style;
	/** Columns of the terminal that the answer goes to; `undefined` when it goes to none. */
	readonly width?: number | undefined;
	/** The one answer of a command. As JSON it is `answer` unchanged. */
	answer(answer: unknown, text: (style: Style) => readonly string[]): void;
	/** One of many answers, printed at once; as JSON one line each. */
	item(answer: unknown, text: string): void;
	/** Something that went wrong, whether it ends the command or not: one line to stderr; as JSON `{"error": {...}}`. */
	complain(message: string, facts?: ErrorFacts): void;
	/** What is going on now: redrawn in place on a terminal, a line now and then otherwise. */
	progress(progress: Progress): void;
	/** Takes what `progress` drew off the screen. */
	close(): void;
};

/** What scripts get of a failure; `message` takes the place of the line when that holds more. */
export type ErrorFacts = {
	readonly code: FailureCode;
	readonly message?: string;
	readonly advice?: string | undefined;
	/** What the command ends with, if it ends of this. */
	readonly exit_code?: ExitCode;
	/** Which of several inputs. */
	readonly file?: string;
};

export type Progress = {
	readonly done: number;
	/** `undefined` when the end is not known. */
	readonly total: number | undefined;
	/** What is counted and how, e.g. `3 of 12 files`. */
	readonly text: string;
};

export type OutputFormat = 'text' | 'json';

/** A stream as far as it is needed here. */
export type Sink = {write(text: string): unknown};

export type OutputSettings = {
	readonly format: OutputFormat;
	readonly style: Style;
	readonly out: Sink;
	readonly errors: Sink;
	/** Columns of the terminal that `errors` is; `undefined` when it is none. */
	readonly terminalWidth: number | undefined;
	/** Of the one that `out` is. */
	readonly outWidth?: number | undefined;
	/** Milliseconds since an arbitrary start. */
	elapsed(): number;
};

export const createOutput = (settings: OutputSettings): Output => {
	const {format, style, out, errors, terminalWidth} = settings;
	const meter =
		terminalWidth !== undefined
			? createBar(errors, terminalWidth, settings.elapsed)
			: format === 'json'
				? SILENT // A script that reads stderr finds errors there, and nothing else.
				: createLines(settings);
	const print = (sink: Sink, text: string): void => {
		meter.clear();
		sink.write(`${text}\n`);
	};
	return {
		format,
		style,
		width: settings.outWidth,
		answer(answer, text) {
			print(out, format === 'json' ? JSON.stringify(answer, undefined, 2) : text(style).join('\n'));
		},
		item(answer, text) {
			print(out, format === 'json' ? JSON.stringify(answer) : text);
		},
		complain(message, facts = {code: 'INCOMPLETE'}) {
			const {code, ...known} = facts;
			const text = printable(message);
			print(
				errors,
				format === 'json' ? JSON.stringify({error: {code, message: text, ...known}}) : `edgectl: ${text}`,
			);
		},
		progress: meter.show,
		close: meter.clear,
	};
};

type Meter = {show(progress: Progress): void; clear(): void};
const SILENT: Meter = {show() {}, clear() {}};

const LINE_EVERY_MS = 5000;
const REDRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;

/** For logs: a line every five seconds, so that short work says nothing. */
const createLines = ({errors, elapsed}: OutputSettings): Meter => {
	let lastAt = elapsed();
	return {
		show({text}) {
			if (elapsed() - lastAt >= LINE_EVERY_MS) {
				lastAt = elapsed();
				errors.write(`${text}\n`);
			}
		},
		clear() {},
	};
};

const createBar = (errors: Sink, width: number, elapsed: () => number): Meter => {
	let shown = false;
	let lastAt = Number.NEGATIVE_INFINITY;
	return {
		show({done, total, text}) {
			if (elapsed() - lastAt < REDRAW_EVERY_MS && done !== total) {
				return;
			}
			lastAt = elapsed();
			const line = total === undefined ? text : `${bar(done, total)} ${text}`;
			errors.write(`\r\u001b[K${line.slice(0, width - 1)}`);
			shown = true;
		},
		clear() {
			if (shown) {
				errors.write('\r\u001b[K');
				shown = false;
			}
		},
	};
};

const bar = (done: number, total: number): string => {
	const filled = total <= 0 ? BAR_WIDTH : Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH));
	return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
};

import type {Terminal} from './context.js';

/** What of a process a terminal is made of. */
export type TerminalProcess = Pick<NodeJS.Process, 'once' | 'off'> & {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
};

const ESCAPE = '\u001b';
/** The other screen, without a cursor, and lines that are cut at the edge. */
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l${ESCAPE}[?7l`;
const LEAVE = `${ESCAPE}[?7h${ESCAPE}[?25h${ESCAPE}[?1049l`;
const HOME = `${ESCAPE}[H`;
const REST_OF_LINE = `${ESCAPE}[K`;
const REST_OF_SCREEN = `${ESCAPE}[J`;
const NO_SIZE = {columns: 80, rows: 24};

/** Takes over the terminal, and gives it back at `close`, and at the end of the process if that comes first. */
export const openTerminal = (process: TerminalProcess): Terminal => {
	const {stdin, stdout} = process;
	const ends: Array<() => void> = [];
	let shown = '';
	let isOpen = true;
	const restore = (): void => {
		if (isOpen) {
			isOpen = false;
			stdout.write(LEAVE);
			if (stdin.isTTY) {
				stdin.setRawMode(false);
			}
		}
	};
	const end = (): void => {
		restore();
		for (const listener of ends) {
			listener();
		}
	};
	const resized = (): void => {
		shown = '';
	};
	process.once('exit', restore);
	process.once('SIGTERM', end);
	process.once('SIGHUP', end);
	stdout.on('resize', resized);
	stdout.on('error', end); // The terminal is gone.
	stdout.write(ENTER);
	if (stdin.isTTY) {
		stdin.setRawMode(true);
	}
	return {
		size: () => ({columns: stdout.columns || NO_SIZE.columns, rows: stdout.rows || NO_SIZE.rows}),
		draw(lines) {
			const text = lines.map(line => line + REST_OF_LINE).join('\r\n');
			if (isOpen && text !== shown) {
				shown = text;
				stdout.write(HOME + text + REST_OF_SCREEN);
			}
		},
		onKey(listener) {
			if (stdin.isTTY) {
				stdin.on('data', (bytes: Buffer) => listener(bytes.toString()));
			}
		},
		onEnd(listener) {
			ends.push(listener);
		},
		close() {
			restore();
			process.off('exit', restore);
			process.off('SIGTERM', end);
			process.off('SIGHUP', end);
			stdout.off('resize', resized);
			stdout.off('error', end);
		},
	};
};

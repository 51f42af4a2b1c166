import {createInterface} from 'node:readline/promises';
import type {CommandContext} from './context.js';

/** What of a process a question needs. */
export type AskedProcess = {
	readonly stdin: NodeJS.ReadStream;
	readonly stderr: NodeJS.WriteStream;
};

/** Asks who sits at the terminal; `undefined` where nobody does. On stderr, so that what is piped away stays what was asked for. */
export const askAtTerminal = ({stdin, stderr}: AskedProcess): CommandContext['ask'] =>
	stdin.isTTY && stderr.isTTY
		? async (question, signal) => {
				// Not as a terminal: Ctrl-C stays the signal that ends a command.
				const lines = createInterface({input: stdin, output: stderr, terminal: false});
				const ended = new Promise<undefined>(resolve => {
					lines.once('close', () => resolve(undefined));
				});
				try {
					const answer = await Promise.race([lines.question(question, {signal}), ended]);
					if (answer === undefined) {
						stderr.write('\n'); // What was typed has no line end of its own.
					}
					return answer;
				} catch (error) {
					stderr.write('\n');
					signal.throwIfAborted();
					throw error;
				} finally {
					lines.close();
				}
			}
		: undefined;

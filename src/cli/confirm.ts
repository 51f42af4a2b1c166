import type {CommandContext} from './context.js';
import {counted, grouped} from './text/numbers.js';

/** What is about to happen to records, as far as an operator must know it before he says yes. */
export type Intent = {
	/** That would change. One, named by who asks, is never asked about. */
	readonly records: number;
	/** What they are: `deadletter`, `record`. */
	readonly noun: string;
	/** Whose they are and how they came there, e.g. `{peers: {hub: 12, lab: 3}}`; in the order to be shown. */
	readonly tallies: Readonly<Record<string, Tally>>;
	/** Without the mark at its end, e.g. `Purge them for good`. */
	readonly question: string;
};

/** How many of which name. */
export type Tally = Readonly<Record<string, number>>;

/**
 * Asks on a terminal whether more than one record is to change, and says so when the answer is no; `EXIT.refused` is the exit code then.
 * Only `y` or `yes` is a yes: an end of the input is a no, Ctrl-C ends the command as anywhere. Without a terminal nobody is asked and it
 * goes on: whether `--yes` or `--force` stands for the answer is up to the caller, who then does not ask.
 */
export const isConfirmed = async (
	{ask, output, signal}: Pick<CommandContext, 'ask' | 'output' | 'signal'>,
	{records, noun, tallies, question}: Intent,
): Promise<boolean> => {
	if (ask === undefined || records <= 1) {
		return true;
	}
	output.close(); // A bar of progress would share the line.
	const lines = [
		`${counted(records, noun)}${Object.keys(tallies).length === 0 ? '' : ':'}`,
		...Object.entries(tallies).map(([what, tally]) => `  ${what}: ${tallyText(tally)}`),
	];
	const answer = await ask(`${lines.join('\n')}\n${question}? [y/N] `, signal);
	const isYes = /^\s*y(?:es)?\s*$/i.test(answer ?? '');
	if (!isYes) {
		output.complain('nothing was changed: it was not confirmed (--yes goes on without asking)');
	}
	return isYes;
};

/** The rest is told as one. */
const MOST_NAMES = 6;

const tallyText = (tally: Tally): string => {
	const sorted = Object.entries(tally)
		.filter(([, count]) => count > 0)
		.sort(([, a], [, b]) => b - a);
	const shown = sorted.slice(0, MOST_NAMES).map(([name, count]) => `${name} ${grouped(count)}`);
	const others = sorted.slice(MOST_NAMES);
	const rest = others.reduce((sum, [, count]) => sum + count, 0);
	return [...shown, ...(others.length === 0 ? [] : [`${others.length} others ${grouped(rest)}`])].join(', ');
};

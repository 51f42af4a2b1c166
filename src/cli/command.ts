import type {CommandContext} from './context.js';
import type {ExitCode} from './exit-codes.js';
import type {Options, Positionals, Values} from './parameters.js';

/** One command of edgectl, as a value: help, parser and tests are made from it. It touches nothing but its context. */
export type Command = {
	/** The words after `edgectl`, e.g. `relay deadletter list`. */
	readonly name: string;
	/** One line for the list of commands. */
	readonly help: string;
	/** What one line cannot say; shown by the command's own help. */
	readonly details?: string;
	/** Lines ready to be typed. */
	readonly examples: readonly string[];
	readonly positionals: Positionals;
	readonly options: Options;
	/** Resolves `undefined` for done. Throws `UsageError`, or whatever a call threw. */
	run(context: CommandContext, values: Readonly<Record<string, unknown>>): Promise<ExitCode | undefined>;
};

type CommandOf<P extends Positionals, O extends Options> = Omit<
	Command,
	'positionals' | 'options' | 'run'
> & {
	readonly positionals?: P;
	readonly options?: O;
	run(context: CommandContext, values: Values<P> & Values<O>): Promise<ExitCode | undefined>;
};

type None = Record<never, never>;

/** Gives `run` its values with the types of the tables beside it. */
export const command = <P extends Positionals = None, O extends Options = None>(
	definition: CommandOf<P, O>,
): Command => ({
	...definition,
	positionals: definition.positionals ?? {},
	options: definition.options ?? {},
	run: (context, values) => definition.run(context, values as Values<P> & Values<O>),
});

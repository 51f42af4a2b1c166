import {parseArgs} from 'node:util';

export type RunArguments = {
	/** Benches whose name or group contains one of these; none means all. */
	readonly words: readonly string[];
	readonly rounds: number;
	readonly quick: boolean;
	readonly list: boolean;
	readonly json: string | undefined;
	/** @default the system's directory for temporary files */
	readonly directory: string | undefined;
};

export const USAGE = `npm run bench -- [WORD...] [--rounds N] [--quick] [--json FILE] [--dir DIR] [--list]
  WORD         only benches whose name or group contains it
  --rounds N   5 unless told; the figures are medians of N
  --quick      one small round of each, to see that all still run; the figures mean nothing
  --json FILE  everything measured, round by round
  --dir DIR    where to write; take a directory on the disk that is meant
  --list       name the benches and run none`;

const DEFAULT_ROUNDS = 5;

/** Throws an `Error` fit to be shown for words that it does not understand. */
export const parseRunArguments = (argv: readonly string[]): RunArguments => {
	const {values, positionals} = parseArgs({
		args: [...argv],
		allowPositionals: true,
		options: {
			rounds: {type: 'string'},
			quick: {type: 'boolean', default: false},
			list: {type: 'boolean', default: false},
			json: {type: 'string'},
			dir: {type: 'string'},
		},
	});
	const rounds = Number(values.rounds ?? (values.quick ? 1 : DEFAULT_ROUNDS));
	if (!Number.isSafeInteger(rounds) || rounds < 1) {
		throw new Error(`--rounds takes a whole number from 1, not ${values.rounds}`);
	}
	const {quick, list, json, dir: directory} = values;
	return {words: positionals, rounds, quick, list, json, directory};
};

/** What the shell sees. Scripts depend on these numbers: append only. */
export const EXIT = {
	done: 0,
	/** The daemon said no, or who was asked at the terminal did, or part of the work failed. */
	refused: 1,
	usage: 2,
	unreachable: 3,
	notFound: 4,
	/** Interrupted with Ctrl-C, as shells report it: 128 + SIGINT. */
	interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

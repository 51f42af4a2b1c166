/** What a value may be, for whoever completes a line. */
export type Suggests =
	| {readonly kind: 'choices'; readonly values: readonly string[]}
	/** Names that only the daemon knows. */
	| {readonly kind: 'names'; readonly of: ReadonlyArray<'peers' | 'segments'>}
	| {readonly kind: 'files'};

/** Reads a value that was typed; throws an Error that says what would be right. */
export type Reader<Value> = ((text: string) => Value) & {readonly suggests?: Suggests};

/** `read`, which also knows what it would take: every option and argument that reads with it is completed. */
export const suggesting = <Value>(suggests: Suggests, read: (text: string) => Value): Reader<Value> =>
	Object.assign((text: string) => read(text), {suggests});

/** What `read` suggests; else the placeholder says it: `--payload <FILE>`, `DIR`. */
export const suggestsOf = (read: Reader<unknown>, form: string): {readonly suggests?: Suggests} => {
	const suggests = read.suggests ?? (PATH_PLACEHOLDER.test(form) ? {kind: 'files' as const} : undefined);
	return suggests === undefined ? {} : {suggests};
};

const PATH_PLACEHOLDER = /(?:^|<|\[|-)(?:FILE|DIR|DIRECTORY|PATH)\b/;

/** Reads one of `choices`, whatever its case. */
export const readChoice =
	<const Choice extends string>(choices: readonly Choice[]) =>
	(text: string): Choice => {
		const found = choices.find(choice => choice.toLowerCase() === text.trim().toLowerCase());
		if (found === undefined) {
			throw new Error(`Give one of ${choices.join(', ')}.`);
		}
		return found;
	};

import {type Reader, suggesting} from './suggests.js';

/** Reads one of `choices`, whatever its case. */
export const readChoice = <const Choice extends string>(choices: readonly Choice[]): Reader<Choice> =>
	suggesting({kind: 'choices', values: choices}, text => {
		const found = choices.find(choice => choice.toLowerCase() === text.trim().toLowerCase());
		if (found === undefined) {
			throw new Error(`Give one of ${choices.join(', ')}.`);
		}
		return found;
	});

import type {Output} from '../output.js';

/** What could not be imported: told one by one at first, and counted to the end. */
export class Problems {
	readonly #output: Pick<Output, 'complain'>;
	#told = 0;

	constructor(output: Pick<Output, 'complain'>) {
		this.#output = output;
	}

	get count(): number {
		return this.#told;
	}

	/** Names what it is about and why. */
	tell(words: string): void {
		if (this.#told < MOST_TOLD) {
			this.#output.complain(`${words}; left out`);
		} else if (this.#told === MOST_TOLD) {
			this.#output.complain(`more than ${MOST_TOLD} are wrong: the others are counted only`);
		}
		this.#told++;
	}
}

const MOST_TOLD = 100;

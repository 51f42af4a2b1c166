/** In bytes to be hashed: about half a millisecond. */
export const COST_PER_TURN = 512 * 1024;

type Waiting = {readonly cost: number; readonly go: () => void};

/**
 * Work that takes long is cut into pieces, and a turn of the event loop does one of them, or a few that are small, whoever they belong
 * to. Between two turns whatever has come meanwhile is heard: the store needs the main thread twice in each commit, and
 * the control socket must answer.
 */
export class Turns {
	#waiting: Waiting[] = [];

	/** Resolves when a piece of work of this cost may begin; first come, first served. A turn has room for `COST_PER_TURN`, and for one piece at least. */
	async next(cost: number): Promise<void> {
		return new Promise(go => {
			if (this.#waiting.push({cost, go}) === 1) {
				setImmediate(this.#give);
			}
		});
	}

	readonly #give = (): void => {
		let left = COST_PER_TURN;
		let end = 0;
		while (end < this.#waiting.length && left > 0) {
			left -= this.#waiting[end]?.cost ?? 0;
			end++;
		}
		const going = this.#waiting.slice(0, end);
		this.#waiting = this.#waiting.slice(end);
		if (this.#waiting.length > 0) {
			setImmediate(this.#give);
		}
		for (const {go} of going) {
			go();
		}
	};
}

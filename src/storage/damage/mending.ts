import type {StoreHandles} from '../handles.js';
import {type Place, placeName} from '../read-watch.js';
import {type Mend, mend} from './mend.js';

/**
 * Has each damaged row that any read meets put right, once: at once for a write that cannot go on without it, in the background for
 * a read that went on as if the row were not there.
 */
export class Mending {
	readonly #handles: StoreHandles;
	readonly #onMend: (mend: Mend) => void;
	/** Met in the background; one that could not be put right is not tried for ever. */
	readonly #known = new Set<string>();
	readonly #waiting: Place[] = [];
	#running: Promise<void> | undefined;
	#mended = 0;
	#buried = 0;

	constructor(handles: StoreHandles, onMend: (mend: Mend) => void) {
		this.#handles = handles;
		this.#onMend = onMend;
		handles.env.watch.onDamaged = ({place}) => this.#soon(place);
	}

	/** Since the start: damaged rows that were put right, and records that had to be buried with them. */
	get counts(): {readonly mended: number; readonly buried: number} {
		return {mended: this.#mended, buried: this.#buried};
	}

	/** Resolves when it is on disk. */
	async mend(place: Place): Promise<void> {
		for (const done of await mend(this.#handles, place)) {
			this.#mended++;
			this.#buried += done.buried;
			this.#onMend(done);
		}
	}

	/** Resolves when nothing is being put right. */
	async finished(): Promise<void> {
		await this.#running;
	}

	#soon(place: Place): void {
		const name = placeName(place);
		if (!this.#known.has(name)) {
			this.#known.add(name);
			this.#waiting.push(place);
			this.#running ??= this.#run();
		}
	}

	async #run(): Promise<void> {
		// The read that met it is in the middle of its scan.
		await new Promise(resolve => setImmediate(resolve));
		for (let place = this.#waiting.shift(); place !== undefined; place = this.#waiting.shift()) {
			if (!this.#handles.closed) {
				await this.mend(place).catch(() => undefined); // A full disk: the next start sees it again.
			}
		}
		this.#running = undefined;
	}
}

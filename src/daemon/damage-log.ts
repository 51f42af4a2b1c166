import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Mend} from '../storage/damage/mend.js';

/** What is damaged at once is found at once: so long what is found is gathered before the log tells it. */
const GATHER_MS = 1000;

export type DamageLogOptions = {
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'error' | 'debug'>;
};

type Gathered = {rows: number; buried: number; readonly first: Mend};

/** Tells of damaged rows that were put right: a line a kind of row with how many there were, and at `debug` a line for each. */
export class DamageLog {
	readonly #options: DamageLogOptions;
	readonly #gathered = new Map<string, Gathered>();
	#cancel: (() => void) | undefined;

	constructor(options: DamageLogOptions) {
		this.#options = options;
	}

	mended(mend: Mend): void {
		const {clock, logger} = this.#options;
		const {place, done, buried} = mend;
		logger.debug({...place, buried}, `a damaged row: ${done}`);
		const known = this.#gathered.get(place.database);
		if (known === undefined) {
			this.#gathered.set(place.database, {rows: 1, buried, first: mend});
		} else {
			known.rows += 1;
			known.buried += buried;
		}
		this.#cancel ??= clock.after(GATHER_MS, () => this.#tell());
	}

	/** Tells what was not told yet. */
	stop(): void {
		this.#tell();
	}

	#tell(): void {
		this.#cancel?.();
		this.#cancel = undefined;
		for (const [database, {rows, buried, first}] of this.#gathered) {
			const found =
				rows === 1
					? `a damaged row was found: ${first.done}`
					: `${rows} damaged rows of one kind were found; the first: ${first.done}`;
			this.#options.logger.error(
				{database, rows, buried, first_key: first.place.key},
				`${found}; the others go on`,
			);
		}
		this.#gathered.clear();
	}
}

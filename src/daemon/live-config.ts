import type {Config} from '../config/config.js';

/** The configuration in force: a reload replaces it with one that has what could be applied. */
export class LiveConfig {
	#current: Config;

	constructor(config: Config) {
		this.#current = config;
	}

	get current(): Config {
		return this.#current;
	}

	replace(config: Config): void {
		this.#current = config;
	}
}

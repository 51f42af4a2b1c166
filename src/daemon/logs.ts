import {componentLogger, createLogger, type Logger, type LoggerOptions} from '../runtime/logger.js';

/** The loggers of the daemon's parts, whose level can be changed while they run. */
export class Logs {
	readonly root: Logger;
	readonly #parts: Logger[] = [];

	constructor(options: LoggerOptions) {
		this.root = createLogger(options);
	}

	/** Lines of it carry `component`. */
	part(component: string): Logger {
		const logger = componentLogger(this.root, component);
		this.#parts.push(logger);
		return logger;
	}

	/** A child of pino keeps the level it was made with, so each is told. */
	setLevel(level: Logger['level']): void {
		for (const logger of [this.root, ...this.#parts]) {
			logger.level = level;
		}
	}
}

import {createLogger, type LoggerOptions} from '../../src/runtime/logger.js';

/** A logger at level `trace` (unless told otherwise) and the lines it wrote, parsed. */
export const loggerWithLines = (options: Partial<LoggerOptions> = {}) => {
	const raw: string[] = [];
	const logger = createLogger({level: 'trace', ...options, destination: {write: line => raw.push(line)}});
	const lines = (): Array<Record<string, unknown>> =>
		raw.map(line => JSON.parse(line) as Record<string, unknown>);
	return {logger, lines, raw};
};

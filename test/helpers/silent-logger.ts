import {createLogger} from '../../src/runtime/logger.js';

/** Swallows every line. */
export const silentLogger = createLogger({level: 'silent'});

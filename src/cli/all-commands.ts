import {loadAllCommands} from './command-table.js';

/** All of them, for whoever needs more than one: completion, the manual pages, tests. */
export const allCommands = await loadAllCommands();

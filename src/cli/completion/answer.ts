import {findRpcSocket, type Surroundings} from '../../config/paths.js';
import {allCommands} from '../all-commands.js';
import {askDaemon} from './ask-daemon.js';
import {complete, type Proposals} from './complete.js';
import {knownNames} from './known-names.js';
import {positionAfter} from './position.js';
import {readShellLine} from './shell-line.js';
import {linesFor, SHELLS, type Shell} from './shells.js';

/** Longest wait for a daemon: who presses Tab waits for no name. */
const PATIENCE_MS = 300;

/**
 * Answers a shell: `words` are what its script (scripts.ts) gives behind `__complete`. Never throws; nothing is said of what goes
 * wrong.
 */
export const answerShell = async (
	[shellName, ...rest]: readonly string[],
	surroundings: Surroundings,
): Promise<readonly string[]> => {
	const shell = SHELLS.find(known => known === shellName);
	if (shell === undefined) {
		return [];
	}
	const {words, wordBreaks, isRedirected} = shell === 'bash' ? ofBash(rest) : ofWords(rest);
	const proposals: Proposals = isRedirected ? {kind: 'files'} : await propose(words, surroundings);
	return linesFor(shell satisfies Shell, proposals, words.at(-1) ?? '', wordBreaks);
};

/** fish leaves an open quote at the last word. */
const ofWords = (words: readonly string[]) => ({
	words: words.map((word, at) => (at === words.length - 1 ? word.replace(/^["']/, '') : word)),
	wordBreaks: '',
	isRedirected: false,
});

const ofBash = ([line = '', wordBreaks = '']: readonly string[]) => {
	const {words, isRedirected} = readShellLine(line);
	const named = words.findIndex(word => /(?:^|\/)edgectl$/.test(word));
	return {words: words.slice(Math.max(0, named) + 1), wordBreaks, isRedirected};
};

const propose = (words: readonly string[], surroundings: Surroundings): Promise<Proposals> => {
	const position = positionAfter(words.slice(0, -1), allCommands);
	const given = 'line' in position ? position.line.options.get('--socket') : undefined;
	const {path} = findRpcSocket(given, surroundings);
	return complete(words, allCommands, knownNames(askDaemon(path, PATIENCE_MS)));
};

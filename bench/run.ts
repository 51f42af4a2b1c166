import {writeFile} from 'node:fs/promises';
import {availableParallelism, tmpdir} from 'node:os';
import {parseRunArguments, type RunArguments, USAGE} from './harness/arguments.js';
import {type FoundBench, findBenches} from './harness/find.js';
import {machineLine} from './harness/machine.js';
import {type Group, planGroups, select} from './harness/plan.js';
import {reportGroup} from './harness/report.js';
import {type GroupResult, summarise} from './harness/results.js';
import {runGroup} from './harness/rounds.js';

const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};
/** For a person who waits: one line that is written over, and nothing when nobody looks. */
const progress = (text: string): void => {
	if (process.stderr.isTTY) {
		process.stderr.write(`\r\u001B[K${text}`);
	}
};

const main = async (words: RunArguments): Promise<void> => {
	const directory = words.directory ?? tmpdir();
	const all = await findBenches();
	const selected = select(all, words.words);
	if (selected.length === 0) {
		throw new Error(`No bench has a name or group with ${words.words.join(' or ')} in it; --list names them`);
	}
	if (words.list) {
		list(selected);
		return;
	}
	const startedAt = new Date().toISOString();
	print(`machine: ${machineLine(directory)}`);
	print(
		words.quick ? 'quick: every kind of bench once, the figures mean nothing\n' : `rounds: ${words.rounds}\n`,
	);
	const results = words.quick
		? await runQuick(
				planGroups(all, quickly(selected, words.words), 'without yardsticks'),
				words.rounds,
				directory,
			)
		: await runInTurns(planGroups(all, selected, 'with yardsticks'), words.rounds, directory);
	if (words.json !== undefined) {
		const report = {machine: machineLine(directory), startedAt, rounds: words.rounds, quick: words.quick};
		await writeFile(words.json, `${JSON.stringify({...report, groups: results}, undefined, '\t')}\n`);
	}
	if (results.some(({benches}) => benches.some(({failure}) => failure !== undefined))) {
		process.exitCode = 1;
	}
};

/** Nothing rots that only variants would show. Whoever names benches means all that have the name. */
const quickly = (selected: readonly FoundBench[], words: readonly string[]): readonly FoundBench[] =>
	words.length > 0 ? selected : selected.filter(({bench}) => bench.isVariant !== true);

/** One group after another: each has the machine to itself. */
const runInTurns = async (
	groups: readonly Group[],
	rounds: number,
	directory: string,
): Promise<GroupResult[]> => {
	const results: GroupResult[] = [];
	for (const group of groups) {
		const result = summarise(await runGroup(group, {rounds, scale: 'full', directory, progress}));
		progress('');
		print(`${reportGroup(result)}\n`);
		results.push(result);
	}
	return results;
};

/** As many groups at a time as there are processors: nobody reads the figures. */
const runQuick = async (
	groups: readonly Group[],
	rounds: number,
	directory: string,
): Promise<GroupResult[]> => {
	const waiting = [...groups];
	const results: GroupResult[] = [];
	const takeNext = async (): Promise<void> => {
		for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
			const result = summarise(await runGroup(group, {rounds, scale: 'quick', directory, progress}));
			print(ranLine(result));
			results.push(result);
		}
	};
	await Promise.all(Array.from({length: availableParallelism()}, takeNext));
	return results;
};

const list = (benches: readonly FoundBench[]): void => {
	for (const {bench} of benches) {
		print(`${bench.group}: ${bench.name}`);
	}
};

const ranLine = ({group, benches}: GroupResult): string => {
	const failed = benches.flatMap(({name, failure}) =>
		failure === undefined ? [] : [`  ${name}: ${failure}`],
	);
	return [`${group}: ${benches.length - failed.length} ran, ${failed.length} failed`, ...failed].join('\n');
};

try {
	await main(parseRunArguments(process.argv.slice(2)));
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
	process.exitCode = 2;
}

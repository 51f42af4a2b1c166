import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {labReport, missedBars} from '../labs/lab-report.js';
import type {Teardown} from '../temp-dir.js';
import {LAB, scenarioOf} from './report.js';
import {runScenario, type ScenarioRun} from './run-scenario.js';
import type {KillScenario} from './scenario.js';

export type RandomKillsOptions = {
	readonly directory: string;
	readonly scenarios: readonly KillScenario[];
	readonly seed: number;
	/** Over all scenarios together, as the kills. */
	readonly segments: number;
	readonly kills: number;
	readonly note: (line: string) => void;
};

/** One scenario after the other, each with its share of the kills and of the load. */
export const runRandomKills = async (t: Teardown, options: RandomKillsOptions): Promise<ScenarioRun[]> => {
	const {directory, scenarios, seed, segments, kills, note} = options;
	const share = (index: number): number => Math.floor((kills * index) / scenarios.length);
	const runs: ScenarioRun[] = [];
	for (const [index, scenario] of scenarios.entries()) {
		const own = path.join(directory, String(index + 1));
		await mkdir(own);
		const first = share(index);
		const run = await runScenario(t, {
			directory: own,
			scenario,
			seed: seed + index,
			segments: Math.floor(segments / scenarios.length),
			kills: {first, count: share(index + 1) - first},
			note: line => note(`${index + 1}: ${line}`),
		});
		runs.push(run);
		for (const missed of missedBars(labReport(LAB, [scenarioOf(run)]))) {
			note(`MISSED: ${missed}`);
		}
	}
	return runs;
};

import {type Bar, type LabReport, labReport, type Scenario} from '../labs/lab-report.js';
import {depthBar} from '../labs/ledger.js';
import {chargedAt, duplicatesAt, satisfiedAndThere} from './evidence.js';
import {findFaults} from './oracle.js';
import {PEERS} from './parties.js';
import type {ScenarioRun} from './run-scenario.js';
import {nameOf} from './scenario.js';

export const LAB = 'random-kills';

export type RandomKillsReport = LabReport & {
	readonly seed: number;
	readonly kills: number;
	readonly figures: readonly Figures[];
};

type Figures = Readonly<Record<string, unknown>>;

export const reportOf = (seed: number, runs: readonly ScenarioRun[]): RandomKillsReport => {
	const killed = runs.flatMap(({rounds}) => rounds);
	return {
		...labReport(LAB, [...runs.map(scenarioOf), aimOf(runs)]),
		seed,
		kills: killed.length,
		figures: runs.map(figuresOf),
	};
};

/** The bars of one scenario. */
export const scenarioOf = (run: ScenarioRun): Scenario => {
	const {evidence, status, violations, scenario} = run;
	const {records} = evidence;
	const faults = findFaults(evidence);
	const charged = (peer: string): Bar =>
		none(
			`nobody is charged a failure at ${peer}`,
			chargedAt(records, peer).map(record => record.segment_id),
		);
	return {
		scenario: nameOf(scenario),
		bars: [
			none('each acknowledged segment has one record for each peer', faults.unknown),
			none('each record is acknowledged or satisfied', faults.unfinished),
			none('what a peer acknowledged it has, whole', faults.missing),
			none('as many peers as asked for have each segment', faults.tooFew),
			none('no peer has a damaged copy', faults.damaged),
			none('no segment is there more often than it was sent', faults.tooOften),
			none('no peer has what the edge does not know', faults.foreign),
			charged('hub'),
			charged('files'),
			scenario.dropShare === 0
				? charged('web')
				: none(
						'an endpoint that drops connections costs no segment more than one retry',
						chargedAt(records, 'web').flatMap(record =>
							record.charged_failures > 1 ? [record.segment_id] : [],
						),
					),
			depthBar('in all', status, records),
			...status.peers.map(peer =>
				depthBar(
					`of ${peer.peer_id}`,
					peer,
					records.filter(({peer_id: id}) => id === peer.peer_id),
				),
			),
			none('fsck finds nothing, and the stores keep their invariant', violations),
		],
	};
};

/** Kills that met nobody at work would prove nothing. */
const aimOf = (runs: readonly ScenarioRun[]): Scenario => {
	const abandoned = sum(runs.map(run => run.abandoned));
	const unanswered = sum(runs.map(run => run.unanswered));
	return {
		scenario: 'the kills',
		bars: [
			{bar: 'the edge had requests under way', is_met: abandoned > 0, seen: abandoned},
			{bar: 'the producer had handovers under way', is_met: unanswered > 0, seen: unanswered},
		],
	};
};

const figuresOf = (run: ScenarioRun): Figures => {
	const {evidence, rounds, status, scenario} = run;
	const killed = (victim: string): number => rounds.filter(round => round.victim === victim).length;
	const {acked, satisfied, total} = status.queue_depth;
	return {
		scenario: nameOf(scenario),
		seconds: run.seconds,
		kills: {
			edge: killed('edge'),
			hub: killed('hub'),
			web: killed('web'),
			on_answer: rounds.filter(({isOnAnswer}) => isOnAnswer).length,
			with_frozen_peer: rounds.filter(({frozen}) => frozen !== undefined).length,
		},
		segments_acknowledged: evidence.acknowledged.size,
		handovers_unanswered: run.unanswered,
		records_abandoned: run.abandoned,
		records: {acked, satisfied, total},
		acked: Object.fromEntries(status.peers.map(peer => [peer.peer_id, peer.queue_depth.acked])),
		copies: Object.fromEntries(PEERS.map(peer => [peer, evidence.arrived.get(peer)?.arrivals.length])),
		duplicates_at_web: duplicatesAt(evidence, 'web'),
		satisfied_and_there: satisfiedAndThere(evidence),
		charged: Object.fromEntries(PEERS.map(peer => [peer, chargedAt(evidence.records, peer).length])),
		store_checks_between_lives: run.checks,
	};
};

const none = (bar: string, found: readonly string[]): Bar => ({
	bar,
	is_met: found.length === 0,
	seen: found.length > SHOWN ? [...found.slice(0, SHOWN), `and ${found.length - SHOWN} more`] : found,
});
const SHOWN = 20;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

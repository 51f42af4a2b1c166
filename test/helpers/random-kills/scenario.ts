import type {SuccessCondition} from '../../../src/config/relay.js';

/** One set-up of edge, hub, web endpoint and directory. */
export type KillScenario = {
	readonly condition: SuccessCondition;
	/** From a restart of the edge in the middle on. */
	readonly later?: SuccessCondition;
	/** What the web endpoint is sent. */
	readonly format: 'raw' | 'cloudevents';
	/** The share of requests that the web endpoint ends without an answer. */
	readonly dropShare: number;
	/** Of the directory, in bytes per second; 0 is unlimited. Where fewer peers are enough it would else be the first each time. */
	readonly filesRate: number;
};

const DROPS = 1 / 60;
const SLOW = 1024 * 1024;

/** Every success condition in both formats; the first three hold each condition and a change. */
export const SCENARIOS: readonly KillScenario[] = [
	{condition: 'all_peers', format: 'raw', dropShare: 0, filesRate: 0},
	{condition: 'one_peer', later: 'all_peers', format: 'cloudevents', dropShare: DROPS, filesRate: SLOW},
	{condition: 2, format: 'raw', dropShare: DROPS, filesRate: SLOW},
	{condition: 'all_peers', later: 'one_peer', format: 'cloudevents', dropShare: DROPS, filesRate: 0},
	{condition: 'one_peer', format: 'raw', dropShare: 0, filesRate: SLOW},
	{condition: 2, later: 'one_peer', format: 'cloudevents', dropShare: 0, filesRate: SLOW},
];

export const nameOf = ({condition, later, format, dropShare}: KillScenario): string =>
	[
		`${condition}${later === undefined ? '' : ` then ${later}`}`,
		format,
		...(dropShare > 0 ? ['the endpoint drops connections'] : []),
	].join(', ');

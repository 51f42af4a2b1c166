/** What can be rolled back in an incident. The first two are edged's own, the others belong to the control plane. */
export const ROLLBACK_TARGETS = [
	'relay_suspend',
	'relay_deadletter',
	'rollout_plan',
	'rollout_stage',
	'ha_leader_resign',
] as const;
export type RollbackTarget = (typeof ROLLBACK_TARGETS)[number];

export const RELAY_TARGETS = [
	'relay_suspend',
	'relay_deadletter',
] as const satisfies readonly RollbackTarget[];
export type RelayTarget = (typeof RELAY_TARGETS)[number];

export const RELAY_STRATEGIES = {
	relay_suspend: ['throttle', 'pause', 'drain'],
	relay_deadletter: ['force', 'retry', 'purge'],
} as const satisfies Record<RelayTarget, readonly string[]>;
export type RelayStrategy = (typeof RELAY_STRATEGIES)[RelayTarget][number];

/** The rate of `throttle`, in bytes a second: below 64 no send begins. */
export const THROTTLE_RATE = 1;

export type StrategyProperties = {
	readonly name: string;
	readonly does: string;
	/** `--undo` restores exactly what was. */
	readonly reversible: boolean;
	/** How it is taken back, or what goes on from there. */
	readonly undo: string;
};

/** What an operator has to know before he acts, whether or not anything runs. */
export type RollbackProperties = {
	/** `reversible`; `idempotent`: safe to repeat; `terminal`: the normal path never leads back. */
	readonly safety_class: 'reversible' | 'idempotent' | 'terminal' | 'terminal (stage)';
	/** One command does it and records it. */
	readonly orchestrated: boolean;
	/** Whose command that is. */
	readonly executed_by: 'edgectl' | 'autonomy';
	readonly resource: string;
	readonly strategies: readonly StrategyProperties[];
	readonly triggers: readonly string[];
	readonly limitations: readonly string[];
	/** The same by hand. */
	readonly manual_path: string;
};

const UNDO = 'edgectl rollback execute --undo ROLLBACK-ID';

export const ROLLBACKS: Readonly<Record<RollbackTarget, RollbackProperties>> = {
	relay_suspend: {
		safety_class: 'reversible',
		orchestrated: true,
		executed_by: 'edgectl',
		resource: 'PEER-ID, or none for all',
		strategies: [
			{
				name: 'throttle',
				does: `the rate becomes ${THROTTLE_RATE} byte/s, in total or of one peer: no send begins, what is being sent goes back uncounted`,
				reversible: true,
				undo: UNDO,
			},
			{
				name: 'pause',
				does: 'what is being sent finishes, nothing more is begun; producers are still taken',
				reversible: true,
				undo: UNDO,
			},
			{
				name: 'drain',
				does: 'new segments are refused with DRAINING, what waits is delivered, also what was paused',
				reversible: true,
				undo: UNDO,
			},
		],
		triggers: [
			'delivery does harm: it floods a constrained link, or a peer that must not get more',
			'a peer has to be taken out of service (drain)',
		],
		limitations: [
			'what was delivered stays delivered',
			'segments go on coming in under throttle and pause: watch the ceiling (edgectl relay status)',
			'undo leaves alone what somebody has changed since, and says so',
		],
		manual_path:
			'edgectl relay config set-bandwidth --bytes-per-second 1 | edgectl relay pause | edgectl relay drain',
	},
	relay_deadletter: {
		safety_class: 'idempotent',
		orchestrated: true,
		executed_by: 'edgectl',
		resource: 'SEGMENT-ID/PEER-ID, or --peer-id for all of a peer',
		strategies: [
			{
				name: 'force',
				does: 'what waits is buried as FORCED and stands in the way of nothing more; repeating it changes nothing',
				reversible: false,
				undo: 'resume with --strategy retry',
			},
			{
				name: 'retry',
				does: 'what was buried goes back to its place in the queue with a fresh budget',
				reversible: false,
				undo: 'what has not left yet can be buried again with --strategy force',
			},
			{
				name: 'purge',
				does: 'the delivery record of what was buried is removed for good; the payload stays until its retention ends',
				reversible: false,
				undo: 'none: a purge is permanent (export first: edgectl relay deadletter export)',
			},
		],
		triggers: [
			'one segment breaks requests again and again and blocks the queue (force)',
			'the cause is repaired and what was buried is to be delivered (retry)',
			'what was buried is harmful and must never be sent (purge)',
		],
		limitations: [
			'not exactly reversible: budget, backoff and time of burial of a record are not restored',
			'retry is refused where the payload is gone (EVICTED, CORRUPT, SEGMENT_MISSING)',
			'what is being sent to the peer is left alone when a whole peer is forced',
		],
		manual_path: 'edgectl relay deadletter force|retry|purge',
	},
	rollout_plan: {
		safety_class: 'terminal',
		orchestrated: true,
		executed_by: 'autonomy',
		resource: 'plan id',
		strategies: [
			{
				name: 'retry',
				does: 'the plan is active again and evaluated anew',
				reversible: false,
				undo: 'none',
			},
			{
				name: 'rollback',
				does: 'the plan becomes rolled_back: no node activates it any more',
				reversible: false,
				undo: 'none: publish a new plan',
			},
		],
		triggers: ['metrics of the canaries say that what is deployed does harm', 'a plan is stuck'],
		limitations: ['nodes that have activated it go on running it: mend them out of band'],
		manual_path: 'autonomy rollout recover --plan-id PLAN-ID --strategy retry|rollback --reason TEXT',
	},
	rollout_stage: {
		safety_class: 'terminal (stage)',
		orchestrated: true,
		executed_by: 'autonomy',
		resource: 'plan id',
		strategies: [
			{
				name: 'skip_failed',
				does: 'the current stage is promoted by force',
				reversible: false,
				undo: 'none',
			},
		],
		triggers: ['a stage is stuck by nodes that are known to have failed'],
		limitations: ['nodes that failed stay as they are'],
		manual_path: 'autonomy rollout recover --plan-id PLAN-ID --strategy skip_failed --reason TEXT',
	},
	ha_leader_resign: {
		safety_class: 'reversible',
		orchestrated: true,
		executed_by: 'autonomy',
		resource: 'current',
		strategies: [],
		triggers: ['the leader is unhealthy and write authority has to move'],
		limitations: [
			'refused while replication lag is critical',
			'writes pause for about a second; the former leader may campaign again',
		],
		manual_path: 'autonomy ha failover trigger --operator NAME --reason TEXT',
	},
};

/** All of that in one flat answer. */
export const rollbackFacts = (target: RollbackTarget) => {
	const {strategies, triggers, limitations, ...properties} = ROLLBACKS[target];
	return {
		target,
		...properties,
		reversible: strategies.length > 0 && strategies.every(({reversible}) => reversible),
		valid_strategies: strategies.map(({name}) => name),
		strategies: [...strategies],
		triggers: [...triggers],
		limitations: [...limitations],
	};
};

/** The command of the control plane that does it, ready to be completed. */
export const autonomyCommand = (target: RollbackTarget): string =>
	`autonomy rollback execute --target ${target} --resource ${target === 'ha_leader_resign' ? 'current' : 'PLAN-ID'}${
		ROLLBACKS[target].strategies.length === 0
			? ''
			: ` --strategy ${ROLLBACKS[target].strategies.map(({name}) => name).join('|')}`
	} --reason TEXT --orchestrator-url URL`;

export const ROLLBACK_ID_PATTERN = /^rb-[0-9a-v]{9}-[0-9a-f]{8}$/;

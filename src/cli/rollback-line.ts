import {isPeerId, isSegmentId} from '../outbound/names.js';
import {RELAY_STRATEGIES} from '../outbound/rollback.js';
import {quotedLine} from './did-you-mean.js';

/** What was typed, right or wrong. */
export type Typed = {
	readonly target: keyof typeof RELAY_STRATEGIES;
	readonly strategy: string | undefined;
	readonly resource: string | undefined;
	readonly segment: string | undefined;
	readonly peer: string | undefined;
	readonly reason: string | undefined;
};

/** A line of `rollback execute` for the same target that would work, with what was typed as far as that makes sense. */
export const rollbackLine = (typed: Typed): string => {
	const {target, reason = 'INC-42'} = typed;
	const strategy = RELAY_STRATEGIES[target].find(known => known === typed.strategy);
	const [fallback] = RELAY_STRATEGIES[target];
	const [segment, peer] = namesIn(typed);
	const resource =
		target === 'relay_deadletter'
			? segment === undefined
				? (peer ?? 'SEGMENT-ID/PEER-ID')
				: `${segment}/${peer ?? 'PEER-ID'}`
			: peer;
	return quotedLine([
		...['rollback', 'execute', '--target', target, '--strategy', strategy ?? fallback],
		...(resource === undefined ? [] : ['--resource', resource]),
		...(strategy === 'purge' ? ['--yes'] : []),
		...['--reason', reason],
	]);
};

/** Segment and peer. */
const namesIn = ({resource, segment, peer}: Typed): readonly [string | undefined, string | undefined] => {
	const parts = resource?.split('/') ?? [];
	const named = parts.length === 2 ? parts : [undefined, ...parts.slice(0, parts.length === 1 ? 1 : 0)];
	const [ofResource, peerOfResource] = named;
	const [oneSegment, onePeer] = [segment ?? ofResource, peer ?? peerOfResource];
	return [
		oneSegment !== undefined && isSegmentId(oneSegment) ? oneSegment : undefined,
		onePeer !== undefined && isPeerId(onePeer) ? onePeer : undefined,
	];
};

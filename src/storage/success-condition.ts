import type {SuccessCondition} from '../config/relay.js';
import {EdgedError} from '../outbound/errors.js';
import type {BlockNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import type {Environment} from './environment.js';
import {META_SUCCESS} from './meta-keys.js';
import type {Numbers} from './numbers.js';

/** How many peers of a route of `size` must have a segment; `undefined` when all of them must, and then `acks` has nothing of it. */
export const peersNeeded = (condition: SuccessCondition, size: number): number | undefined => {
	if (condition === 'all_peers') {
		return undefined;
	}
	const needed = condition === 'one_peer' ? 1 : condition;
	return needed < size ? needed : undefined;
};

/** Throws `INVALID_ARGUMENT` when a route of `size` peers is too small for the condition ever to be met. */
export const checkRouteSize = (condition: SuccessCondition, size: number): void => {
	if (typeof condition === 'number' && condition > size) {
		const peers = size === 1 ? '1 peer' : `${size} peers`;
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`relay.success_condition asks for ${condition} peers and the segment goes to ${peers}: name at least ${condition}`,
			{success_condition: condition, route_size: size},
		);
	}
};

export type Adopted = {
	readonly condition: SuccessCondition;
	/** The first block of which every acknowledgement was counted under the condition. */
	readonly since: BlockNo;
	/** The first block that is still to be looked at for what enough peers had before; see satisfy-late.ts. */
	readonly satisfiedTo: BlockNo;
};

/**
 * At the start: takes the condition of the configuration as the one in force. What was kept under another is dropped: it may lack
 * acknowledgements. A note that is damaged is none, and one of an earlier edged does not say how far it was looked.
 */
export const adoptCondition = async (
	{root, meta, acks}: Environment,
	numbers: Numbers,
	condition: SuccessCondition,
): Promise<Adopted> => {
	const saved = meta.get(META_SUCCESS);
	const former = saved === undefined ? UNSAID : ({...UNSAID, ...JSON.parse(saved.toString())} as Adopted);
	if (former.condition === condition) {
		return former;
	}
	const adopted: Adopted = {condition, since: numbers.blockLimit, satisfiedTo: FIRST};
	await root.childTransaction(() => {
		for (const key of [...acks.getKeys()]) {
			remove(acks, key);
		}
		put(meta, META_SUCCESS, encodeAdopted(adopted));
	});
	return adopted;
};

export const encodeAdopted = (adopted: Adopted): Buffer => Buffer.from(JSON.stringify(adopted));

const FIRST = 0 as BlockNo;
const UNSAID: Adopted = {condition: 'all_peers', since: FIRST, satisfiedTo: FIRST};

import type {Parts} from './parts.js';

/** Whether an operator drains every lane: then all doors are shut at once. */
export const drainState = ({
	peers,
	dispatcher,
}: Pick<Parts, 'peers' | 'dispatcher'>): 'open' | 'all_draining' =>
	peers.configured.every(({no}) => dispatcher.isDraining(no)) ? 'all_draining' : 'open';

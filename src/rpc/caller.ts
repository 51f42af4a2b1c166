import type {Credentials} from '../runtime/peer-credentials.js';

/**
 * Who makes a call: by which socket it came in, and whose process it is. What the call itself claims (`operator`) is among its
 * parameters and proves nothing.
 */
export type Caller = {
	readonly door: Door;
	/** `undefined` where the platform does not say, or nothing is there to ask it with. */
	readonly credentials?: Credentials | undefined;
};

/** `rpc`: the operator's socket. `status`: the socket of those who only look. */
export type Door = 'rpc' | 'status';

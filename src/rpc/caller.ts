/** The kernel's word for who opened the connection: as it was then, whatever the process has become since. */
export type Credentials = {readonly uid: number; readonly gid: number; readonly pid: number};

/**
 * Who makes a call: by which socket it came in, and whose process it is. What the call itself claims (`operator`) is among its
 * parameters and proves nothing.
 */
export type Caller = {
	/** `rpc`: the operator's socket. `status`: the socket of those who only look. */
	readonly door: Door;
	/** `undefined` where the platform does not say, or nothing is there to ask it with. */
	readonly credentials?: Credentials | undefined;
};

export type Door = 'rpc' | 'status';

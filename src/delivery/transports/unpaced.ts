import type {SendContext} from '../transport.js';

/** For a probe: it waits for no rate, and what it takes is a debt. */
export const unpaced = (signal: AbortSignal, wrote: (bytes: number) => void): SendContext => ({
	signal,
	pace: bytes => bytes,
	wrote: bytes => {
		if (bytes > 0) {
			wrote(bytes);
		}
	},
});

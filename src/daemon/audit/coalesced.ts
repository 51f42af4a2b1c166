/** Any number of calls while one write is under way become one more write, which begins after all of them. */
export const coalesced = (write: () => Promise<void>): (() => Promise<void>) => {
	let current: Promise<unknown> = Promise.resolve();
	let next: Promise<void> | undefined;
	return () => {
		next ??= current.then(() => {
			next = undefined;
			const written = write();
			current = written.catch(() => undefined);
			return written;
		});
		return next;
	};
};

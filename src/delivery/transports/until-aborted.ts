/** Waits for `work`, but no longer than `signal` allows: then `undefined`. Rejects as `work` does. */
export const untilAborted = <Result>(
	work: Result | Promise<Result>,
	signal: AbortSignal,
): Promise<Result | undefined> =>
	new Promise((resolve, reject) => {
		const onAbort = (): void => resolve(undefined);
		signal.addEventListener('abort', onAbort, {once: true});
		if (signal.aborted) {
			onAbort();
		}
		Promise.resolve(work)
			.then(result => resolve(signal.aborted ? undefined : result), reject)
			.finally(() => signal.removeEventListener('abort', onAbort));
	});

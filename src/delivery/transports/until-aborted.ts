/** Waits for `work`, but no longer than `signal` allows. Rejects as `work` does. */
export const untilAborted = (work: Promise<void>, signal: AbortSignal): Promise<'done' | 'aborted'> =>
	new Promise((resolve, reject) => {
		const onAbort = (): void => resolve('aborted');
		signal.addEventListener('abort', onAbort, {once: true});
		if (signal.aborted) {
			onAbort();
		}
		work
			.then(() => resolve(signal.aborted ? 'aborted' : 'done'), reject)
			.finally(() => signal.removeEventListener('abort', onAbort));
	});

/** Lets a test wait for what it can see, without looking at the time: whoever does something says so by `touch`. */
export class Watch {
	#waiting: Array<{readonly holds: () => boolean; readonly resolve: () => void}> = [];

	touch(): void {
		const open = this.#waiting;
		this.#waiting = [];
		for (const waiter of open) {
			if (waiter.holds()) {
				waiter.resolve();
			} else {
				this.#waiting.push(waiter);
			}
		}
	}

	/** Resolves as soon as `holds` does, looked at now and after each touch. */
	async until(holds: () => boolean): Promise<void> {
		if (!holds()) {
			await new Promise<void>(resolve => {
				this.#waiting.push({holds, resolve});
			});
		}
	}
}

/** Lets through as many as were released. */
export class Turnstile {
	#released = 0;
	#tell: Array<() => void> = [];

	release(count: number): void {
		this.#released += count;
		for (const tell of this.#tell.splice(0)) {
			tell();
		}
	}

	async *through<Item>(items: readonly Item[]): AsyncGenerator<Item> {
		for (const [index, item] of items.entries()) {
			while (index >= this.#released) {
				await new Promise<void>(resolve => this.#tell.push(resolve));
			}
			yield item;
		}
	}
}

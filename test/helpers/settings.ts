/** Settings as a store keeps them: what is read back has been through JSON. */
export class FakeSettings {
	readonly values = new Map<string, string>();
	/** When set, every write fails with it. */
	failure: Error | undefined;

	readSetting(name: string): unknown {
		const text = this.values.get(name);
		return text === undefined ? undefined : JSON.parse(text);
	}

	async writeSetting(name: string, value: unknown): Promise<void> {
		await this.writeSettings(new Map([[name, value]]));
	}

	async writeSettings(values: ReadonlyMap<string, unknown>): Promise<void> {
		if (this.failure !== undefined) {
			throw this.failure;
		}
		for (const [name, value] of values) {
			this.values.set(name, JSON.stringify(value));
		}
	}
}

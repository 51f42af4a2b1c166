/** Settings as a store keeps them: what is read back has been through JSON. */
export class FakeSettings {
	readonly values = new Map<string, string>();
	/** When set, every write fails with it. */
	failure: Error | undefined;
	readonly written = {commits: 0, rows: 0, chars: 0};

	readSetting(name: string): unknown {
		const text = this.values.get(name);
		return text === undefined ? undefined : JSON.parse(text);
	}

	readSettings(prefix: string): ReadonlyMap<string, unknown> {
		const names = [...this.values.keys()].filter(name => name.startsWith(prefix)).sort();
		return new Map(names.map(name => [name, this.readSetting(name)]));
	}

	async writeSetting(name: string, value: unknown): Promise<void> {
		await this.writeSettings(new Map([[name, value]]));
	}

	async writeSettings(values: ReadonlyMap<string, unknown>): Promise<void> {
		if (this.failure !== undefined) {
			throw this.failure;
		}
		this.written.commits++;
		for (const [name, value] of values) {
			this.written.rows++;
			this.written.chars += JSON.stringify(value)?.length ?? 0;
			if (value === undefined) {
				this.values.delete(name);
			} else {
				this.values.set(name, JSON.stringify(value));
			}
		}
	}
}

import {Counter, Gauge, Registry} from 'prom-client';

/** A value with its labels, as it is when somebody asks. */
export type Sample = {readonly labels?: Readonly<Record<string, string | number>>; readonly value: number};

/** A metric is read when it is asked for: nothing is counted twice, and nothing runs while nobody asks. */
export type Metric = {
	readonly name: string;
	readonly help: string;
	/** `counter` only ever goes up while the daemon runs. */
	readonly kind: 'gauge' | 'counter';
	readonly labels: readonly string[];
	read(): readonly Sample[];
};

/** Answers with all of `metrics` in the text format of Prometheus. */
export const createMetrics = (metrics: readonly Metric[]) => {
	const registry = new Registry();
	for (const metric of metrics) {
		register(registry, metric);
	}
	return async (): Promise<{readonly contentType: string; readonly text: string}> => ({
		contentType: registry.contentType,
		text: await registry.metrics(),
	});
};

const register = (registry: Registry, {name, help, kind, labels, read}: Metric): void => {
	const options = {name, help, labelNames: [...labels], registers: [registry]};
	if (kind === 'gauge') {
		new Gauge({
			...options,
			collect() {
				this.reset();
				for (const sample of read()) {
					this.set({...sample.labels}, sample.value);
				}
			},
		});
	} else {
		new Counter({
			...options,
			collect() {
				this.reset();
				for (const sample of read()) {
					this.inc({...sample.labels}, sample.value);
				}
			},
		});
	}
};

import type {Collected, CollectedFile, Collector} from '../collector.js';
import type {Question, Subject} from '../subject.js';

const QUESTIONS: ReadonlyArray<readonly [Question, file: string]> = [
	['daemon.ping', 'daemon_ping.json'],
	['relay.status', 'relay_status.json'],
	['relay.config.get', 'relay_config.json'],
	['relay.deadletter.list', 'deadletters_recent.json'],
];

/** What the daemon says of itself, and its latest deadletters without their payloads. */
export const relayStatus = ({ask}: Subject): Collector => ({
	name: 'relay_status',
	deadlineMs: 6000,
	async collect(signal): Promise<Collected> {
		const files: CollectedFile[] = [];
		const problems: string[] = [];
		for (const [question, name] of QUESTIONS) {
			try {
				signal.throwIfAborted();
				files.push({name, kind: 'json', value: await ask(question)});
			} catch (error) {
				if (files.length === 0) {
					throw error; // Who does not answer the first question answers none.
				}
				problems.push(`${question}: ${(error as Error).message}`);
			}
		}
		return problems.length === 0 ? {files} : {files, problem: problems.join('; ')};
	},
});

/** How old is what waits. */
export const shape = ({ask}: Subject): Collector => ({
	name: 'shape',
	deadlineMs: 8000,
	async collect() {
		return {files: [{name: 'shape.json', kind: 'json', value: await ask('relay.shape')}]};
	},
});

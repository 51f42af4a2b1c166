import {effectiveConfig} from '../../../config/effective.js';
import {redactToml} from '../../redact/redact-toml.js';
import type {Collected, Collector} from '../collector.js';
import type {Subject} from '../subject.js';

/** The configuration as it is written, and with what holds where nothing is written. */
export const configuration = ({config: reading}: Subject): Collector => ({
	name: 'config',
	deadlineMs: 3000,
	async collect(): Promise<Collected> {
		const {file, source, text, config, problem} = reading;
		if (text === undefined) {
			throw new Error(problem ?? `${file} cannot be read`);
		}
		const written = {name: 'config_redacted.toml', kind: 'redacted_text', text: redactToml(text)} as const;
		const notes = [`read from ${file} (${source})`];
		if (config === undefined) {
			return {files: [written], notes, problem: `the configuration is wrong: ${problem ?? 'unknown'}`};
		}
		return {
			files: [written, {name: 'config_effective.json', kind: 'json', value: effectiveConfig(config)}],
			notes: [...notes, ...config.notices],
		};
	},
});

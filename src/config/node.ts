import {choice, field, filePath, required, seconds} from './field.js';
import {peerName} from './names.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** How other edged and the logs know this one. */
	id: required('id', peerName),
	stateDir: field('state_dir', filePath, '/var/lib/edged'),
	logLevel: field('log_level', choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal']), 'info'),
	/** How long leases may finish after SIGTERM. */
	drainTimeoutMs: field('drain_timeout_seconds', seconds({min: 0, max: 3600}), 10),
} as const;

export type NodeConfig = SectionOf<typeof fields>;

export const nodeSection: Section<typeof fields> = {fields};

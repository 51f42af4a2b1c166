import {type Clock, formatTime} from '../../runtime/clock.js';
import {redactValue} from '../redact/redact-value.js';
import {type ArchivedFile, archiveOf, digestOf} from './archive.js';
import type {CollectedFile, Collector} from './collector.js';
import {type CollectorReport, runCollector} from './run-collector.js';
import {requireWritable, type WholeFileOptions, writeWholeFile} from './whole-file.js';

export type BundleOrder = WholeFileOptions & {
	/** Where the bundle goes. */
	readonly file: string;
	readonly collectors: readonly Collector[];
	readonly clock: Clock;
	/** Of the edgectl that collects. */
	readonly version: string;
};

export type BundleProgress = {
	/** The name of each collector, before it begins. */
	collecting(name: string): void;
	warning(name: string, why: string): void;
};

export type Bundle = {
	readonly bundle: string;
	readonly size_bytes: number;
	readonly duration_ms: number;
	readonly collectors: readonly CollectorReport[];
};

/** The collectors' part of the half minute that a bundle may take. */
const COLLECT_WITHIN_MS = 26_000;

/** Collects, and writes the bundle whole or not at all. A collector that fails is in the manifest, and no reason to fail. */
export const generateBundle = async (order: BundleOrder, progress: BundleProgress): Promise<Bundle> => {
	const {file, clock, signal, version} = order;
	await requireWritable(file, order.existing);
	const startedAt = clock.elapsed();
	const createdAt = clock.now();
	const reports: CollectorReport[] = [];
	const files: ArchivedFile[] = [];
	for (const collector of order.collectors) {
		signal.throwIfAborted();
		progress.collecting(collector.name);
		const remainingMs = COLLECT_WITHIN_MS - (clock.elapsed() - startedAt);
		const {report, collected} = await runCollector(collector, {clock, remainingMs, signal});
		reports.push(report);
		files.push(...collected.files.map(asArchived));
		if (report.status === 'failed') {
			progress.warning(report.name, report.error ?? 'unknown');
		}
	}
	signal.throwIfAborted();
	const manifest = {
		format: 'edged-support-bundle',
		format_version: 1,
		created_at: formatTime(createdAt),
		edgectl_version: version,
		duration_ms: Math.round(clock.elapsed() - startedAt),
		redaction: REDACTION,
		collectors: reports,
		files: files.map(({name, bytes}) => ({name, size_bytes: bytes.length, sha256: digestOf(bytes)})),
	};
	const first = asArchived({name: 'manifest.json', kind: 'json', value: manifest});
	const size = await writeWholeFile(file, archiveOf([first, ...files]), order);
	return {
		bundle: file,
		size_bytes: size,
		duration_ms: Math.round(clock.elapsed() - startedAt),
		collectors: reports,
	};
};

const REDACTION =
	'[redacted] stands for what was a secret by its name, its place or its looks, <REDACTED PEM> for a PEM block. Payloads and private keys are never read.';

const asArchived = (file: CollectedFile): ArchivedFile => ({
	name: file.name,
	bytes: Buffer.from(
		file.kind === 'json' ? `${JSON.stringify(redactValue(file.value), undefined, 2)}\n` : file.text,
	),
});

import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {payloadOf} from './handovers.js';
import type {Acknowledged} from './producer.js';

/** What is wrong with the directory, in words; all empty when every promise was kept. */
export type Faults = {
	/** Acknowledged to the producer, and not there. */
	readonly missing: readonly string[];
	/** There with other bytes or another description. */
	readonly damaged: readonly string[];
	/** There more often than the producer sent it. */
	readonly tooOften: readonly string[];
	/** Files that belong to no segment. */
	readonly foreign: readonly string[];
};

export type Arrivals = {readonly faults: Faults; readonly files: number; readonly bytes: number};

type Sidecar = {
	readonly segment_id: string;
	readonly sha256: string;
	readonly size_bytes: number;
	readonly labels: Readonly<Record<string, string>>;
	readonly priority: string;
};

const SIDECAR = '.meta.json';

/** Compares a `directory` peer's directory with what a producer was told. */
export const checkArrivals = async (
	directory: string,
	acknowledged: ReadonlyMap<number, Acknowledged>,
): Promise<Arrivals> => {
	const names = new Set(await readdir(directory));
	const damaged: string[] = [];
	const foreign = [...names].filter(name => !isPaired(name, names));
	/** Ids by the number of the segment. */
	const arrived = new Map<number, string[]>();
	let bytes = 0;
	for (const name of names) {
		if (!names.has(name + SIDECAR)) {
			continue;
		}
		const sidecar = JSON.parse(await readFile(path.join(directory, name + SIDECAR), 'utf8')) as Sidecar;
		const number = Number(sidecar.labels['n']);
		const known = acknowledged.get(number);
		if (known === undefined) {
			foreign.push(name);
			continue;
		}
		arrived.set(number, [...(arrived.get(number) ?? []), sidecar.segment_id]);
		const content = await readFile(path.join(directory, name));
		bytes += content.length;
		if (!isFaithful(content, sidecar, known)) {
			damaged.push(`${sidecar.segment_id} (n ${number})`);
		}
	}
	return {
		faults: {...compareIds(acknowledged, arrived), damaged, foreign},
		files: [...arrived.values()].flat().length,
		bytes,
	};
};

const isPaired = (name: string, names: ReadonlySet<string>): boolean =>
	name.endsWith(SIDECAR) ? names.has(name.slice(0, -SIDECAR.length)) : names.has(name + SIDECAR);

const isFaithful = (content: Buffer, sidecar: Sidecar, {segment}: Acknowledged): boolean =>
	content.equals(payloadOf(segment)) &&
	sidecar.sha256 === createHash('sha256').update(content).digest('hex') &&
	sidecar.size_bytes === segment.byteLength &&
	sidecar.priority === segment.priority &&
	JSON.stringify(sorted(sidecar.labels)) === JSON.stringify(sorted(segment.labels));

const sorted = (labels: Readonly<Record<string, string>>): unknown => Object.entries(labels).sort();

const compareIds = (
	acknowledged: ReadonlyMap<number, Acknowledged>,
	arrived: ReadonlyMap<number, readonly string[]>,
): Pick<Faults, 'missing' | 'tooOften'> => {
	const missing: string[] = [];
	const tooOften: string[] = [];
	for (const [number, {segment, id, tries}] of acknowledged) {
		const ids = arrived.get(number) ?? [];
		if (!ids.includes(id)) {
			missing.push(`${id} (n ${number}), sent ${tries} times`);
		}
		// A segment whose id edged made is a new one each time that its producer did not hear the answer.
		if (ids.length > (segment.id === undefined ? tries : 1)) {
			tooOften.push(`n ${number}: ${ids.join(', ')}, sent ${tries} times`);
		}
	}
	return {missing, tooOften};
};

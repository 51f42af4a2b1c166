import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {type LoadSegment, payloadOf} from './handovers.js';

/** One copy of a segment, at a peer. */
export type Arrival = {
	readonly id: string;
	/** Of the segment, by its label `n`. */
	readonly number: number;
	/** Bytes and description are those that the producer handed over. */
	readonly isFaithful: boolean;
	readonly byteLength: number;
};

export type Arrived = {
	readonly arrivals: readonly Arrival[];
	/** What belongs to no segment, by name. */
	readonly foreign: readonly string[];
	/** Ids of descriptions whose payload is not there: they come first, and a kill may come between. */
	readonly announced: readonly string[];
	/** Temporary files that a kill has left: the next send to the directory clears them away. */
	readonly unfinished: readonly string[];
};

type Sidecar = {
	readonly segment_id: string;
	readonly sha256: string;
	readonly size_bytes: number;
	readonly labels: Readonly<Record<string, string>>;
	readonly priority: string;
};

const SIDECAR = '.meta.json';

const isTemporary = (name: string): boolean => name.startsWith('.edged-') && name.endsWith('.tmp');

/** Everything in the directory of a `directory` peer. */
export const readOutbox = async (
	directory: string,
	segmentOf: (number: number) => LoadSegment | undefined,
): Promise<Arrived> => {
	const names = new Set(await readdir(directory));
	const unfinished = [...names].filter(isTemporary);
	const foreign = [...names].filter(
		name => !isTemporary(name) && !name.endsWith(SIDECAR) && !names.has(name + SIDECAR),
	);
	const announced: string[] = [];
	const arrivals: Arrival[] = [];
	for (const name of names) {
		if (name.endsWith(SIDECAR) && !names.has(name.slice(0, -SIDECAR.length))) {
			announced.push((JSON.parse(await readFile(path.join(directory, name), 'utf8')) as Sidecar).segment_id);
		}
	}
	for (const name of names) {
		if (!names.has(name + SIDECAR)) {
			continue;
		}
		const sidecar = JSON.parse(await readFile(path.join(directory, name + SIDECAR), 'utf8')) as Sidecar;
		const number = Number(sidecar.labels['n']);
		const segment = segmentOf(number);
		if (segment === undefined) {
			foreign.push(name);
			continue;
		}
		const content = await readFile(path.join(directory, name));
		arrivals.push({
			id: sidecar.segment_id,
			number,
			isFaithful: isFaithful(content, sidecar, segment),
			byteLength: content.length,
		});
	}
	return {arrivals, foreign, announced, unfinished};
};

const isFaithful = (content: Buffer, sidecar: Sidecar, segment: LoadSegment): boolean =>
	content.equals(payloadOf(segment)) &&
	sidecar.sha256 === createHash('sha256').update(content).digest('hex') &&
	sidecar.size_bytes === segment.byteLength &&
	sidecar.priority === segment.priority &&
	isSameLabels(sidecar.labels, segment.labels);

export const isSameLabels = (a: LoadSegment['labels'], b: LoadSegment['labels']): boolean =>
	JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

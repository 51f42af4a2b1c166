import {createHash} from 'node:crypto';
import {type LoadSegment, payloadOf} from '../two-daemons/handovers.js';
import {type Arrival, type Arrived, isSameLabels} from '../two-daemons/outbox.js';

/** What web-endpoint-child.ts writes about a segment. */
type Line = {
	readonly id: string;
	readonly format: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly sha256: string;
	readonly bytes: number;
	readonly digest_holds: boolean;
};

/** Everything in the file of a web endpoint, in order: a segment that came twice is there twice. A line that a kill has cut is nothing. */
export const readReceived = (
	text: string,
	format: 'raw' | 'cloudevents',
	segmentOf: (number: number) => LoadSegment | undefined,
): Arrived => {
	const lines = text.split('\n').flatMap(line => parse(line) ?? []);
	const foreign: string[] = [];
	const arrivals = lines.flatMap((line): Arrival[] => {
		const number = Number(line.labels['n']);
		const segment = segmentOf(number);
		if (segment === undefined) {
			foreign.push(line.id);
			return [];
		}
		const isFaithful =
			line.format === format &&
			line.digest_holds &&
			line.sha256 === createHash('sha256').update(payloadOf(segment)).digest('hex') &&
			line.bytes === segment.byteLength &&
			isSameLabels(line.labels, segment.labels);
		return [{id: line.id, number, isFaithful, byteLength: line.bytes}];
	});
	return {arrivals, foreign, announced: [], unfinished: []};
};

const parse = (line: string): Line | undefined => {
	try {
		return line === '' ? undefined : (JSON.parse(line) as Line);
	} catch {
		return undefined;
	}
};

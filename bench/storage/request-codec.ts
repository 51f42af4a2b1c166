import {randomBytes} from 'node:crypto';
import {
	encodeRequest,
	MAX_REQUEST_ENTRIES,
	type ParsedRequest,
	parseRequest,
	type RequestEntry,
} from '../../src/storage/request-codec.js';
import type {Bench, BenchContext, ReadyBench} from '../bench.js';

/** What one thread frames and checks, payload hashes included: the ceiling of any chain that goes through it. */
const setup = async (
	{byteLength, entries}: Shape,
	work: Work,
	{scale}: BenchContext,
): Promise<ReadyBench> => {
	const drafts = Array.from(
		{length: entries},
		(): RequestEntry => ({
			identity: {kind: 'made'},
			payload: randomBytes(byteLength),
			classNo: 2,
			hops: 0,
		}),
	);
	const {head, payloads} = encodeRequest(drafts);
	const body = Buffer.concat([head, ...payloads]);
	const act = work === 'encode' ? () => encodeRequest(drafts) : () => parseAndVerify(body);
	return {
		async run() {
			const end = performance.now() + (scale === 'quick' ? 5 : 500);
			let operations = 0;
			do {
				act();
				operations += entries;
			} while (performance.now() < end);
			return {operations, figures: {}};
		},
		async close() {},
	};
};

const parseAndVerify = (body: Buffer): ParsedRequest => {
	const request = parseRequest(body, {maxEntries: MAX_REQUEST_ENTRIES});
	if (request.kind === 'fault') {
		throw new Error(request.message);
	}
	for (let index = 0; index < request.entryCount; index++) {
		const fault = request.verifyEntry(index);
		if (fault !== undefined) {
			throw new Error(`Entry ${index} does not match its ${fault}`);
		}
	}
	return request;
};

type Work = 'encode' | 'parse and verify';
type Shape = {readonly label: string; readonly byteLength: number; readonly entries: number};

const SHAPES: readonly Shape[] = [
	{label: '1024 x 200 B', byteLength: 200, entries: 1024},
	{label: '256 x 1 KiB', byteLength: 1024, entries: 256},
	{label: '64 x 16 KiB', byteLength: 16 * 1024, entries: 64},
];

export const benches: readonly Bench[] = SHAPES.flatMap(shape =>
	(['encode', 'parse and verify'] as const).map(work => ({
		name: `request codec, ${work} ${shape.label}`,
		group: 'request codec',
		unit: 'segments/s',
		setup: context => setup(shape, work, context),
	})),
);

import {parsePeerId, parseSegmentId} from '../outbound/names.js';
import type {RollbackTarget} from '../outbound/rollback.js';
import {UsageError} from './failure.js';

type Named = {
	readonly resource: string | undefined;
	readonly segment: string | undefined;
	readonly peer: string | undefined;
};
export type Resource = {readonly segment_id: string | undefined; readonly peer_id: string | undefined};

export const NO_RESOURCE: Resource = {segment_id: undefined, peer_id: undefined};

/** `--resource` is the one word for what `--segment-id` and `--peer-id` say: `PEER-ID`, or `SEGMENT-ID/PEER-ID` of a deadletter. */
export const resourceOf = (
	target: RollbackTarget,
	{resource, segment, peer}: Named,
	command: string,
): Resource => {
	if (resource !== undefined && (segment !== undefined || peer !== undefined)) {
		throw new UsageError('Give --resource, or --segment-id and --peer-id', command);
	}
	const parts = resource?.split('/') ?? [];
	const [first, second] = parts;
	if (parts.length > 2) {
		throw new UsageError(`--resource ${resource} is neither PEER-ID nor SEGMENT-ID/PEER-ID`, command);
	}
	const found =
		first === undefined
			? {segment_id: segment, peer_id: peer}
			: second === undefined
				? {segment_id: undefined, peer_id: read(parsePeerId, first, command)}
				: {segment_id: read(parseSegmentId, first, command), peer_id: read(parsePeerId, second, command)};
	if (found.segment_id !== undefined && target === 'relay_suspend') {
		throw new UsageError('relay_suspend is for a peer, or for all: it takes no segment', command);
	}
	if (found.segment_id !== undefined && found.peer_id === undefined) {
		throw new UsageError('--segment-id goes with --peer-id', command);
	}
	return found;
};

const read = (parse: (text: string) => string, text: string, command: string): string => {
	try {
		return parse(text);
	} catch (error) {
		throw new UsageError(`--resource: ${(error as Error).message}`, command);
	}
};

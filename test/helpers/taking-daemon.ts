import {runLine, type Said} from './cli.js';

type Asked = {
	dry_run?: boolean;
	segments: ReadonlyArray<{
		segment_id: string;
		payload_base64?: string;
		records: ReadonlyArray<{peer_id: string}>;
	}>;
};

/** Imports into a stub of a daemon that has nothing yet and takes everything; `landed` is what it got, in its order. */
export const importInto = async (source: string, landed: Map<string, string>, more = ''): Promise<Said> =>
	runLine(`relay deadletter import ${source} --yes ${more}`, {
		answers: {
			'relay.status': {peers: [{peer_id: 'outbox'}]},
			'relay.deadletter.import': ({dry_run: isDry = false, segments}: Asked) => {
				const status = isDry ? 'would_import' : 'imported';
				for (const {segment_id: id, payload_base64: payload} of isDry ? [] : segments) {
					landed.set(id, Buffer.from(payload ?? '', 'base64').toString());
				}
				const results = segments.flatMap(({segment_id, records}) =>
					records.map(({peer_id}) => ({segment_id, peer_id, status})),
				);
				return {dry_run: isDry, [status]: results.length, present: 0, conflict: 0, results};
			},
		},
	});

import type {Link} from '../line.js';

/** Whether the trail ends where the daemon says that it ends. */
export type EndCheck =
	/** Only the daemon can tell. */
	| {readonly state: 'not_checked'}
	| {readonly state: 'as_known'; readonly known_seq: number}
	| {readonly state: 'wrong'; readonly known_seq: number; readonly what: string};

/** `atKnown`: the hash of the line that has the number of the known one; `undefined` when there is none. The trail may have grown since. */
export const checkEnd = (last: Link, known: Link | undefined, atKnown: string | undefined): EndCheck => {
	if (known === undefined) {
		return {state: 'not_checked'};
	}
	const wrong = (what: string): EndCheck => ({state: 'wrong', known_seq: known.seq, what});
	if (last.seq < known.seq) {
		return wrong(
			`the end was cut off: the last line is number ${last.seq}, and the daemon has written number ${known.seq}`,
		);
	}
	if (known.seq > 0 && atKnown !== known.hash) {
		return wrong(
			atKnown === undefined
				? `number ${known.seq}, the last that the daemon has written, is missing`
				: `number ${known.seq}, the last that the daemon has written, was changed`,
		);
	}
	return {state: 'as_known', known_seq: known.seq};
};

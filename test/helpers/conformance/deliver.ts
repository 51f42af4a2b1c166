import type {ExecutionContext} from 'ava';
import type {LinkTrouble, SendContext, SendOutcome, Transport} from '../../../src/delivery/transport.js';
import {type SentEntry, send} from '../transports.js';

/** What an outcome says of each segment, and of the link. */
export type Delivered = {
	readonly fates: readonly Fate[];
	/** Words, for each that has some. */
	readonly words: Readonly<Record<number, string>>;
	readonly link: LinkTrouble | undefined;
	readonly outcome: SendOutcome;
};
/** As `EntryTrouble`; `suspect`: its request broke. `released`: nothing is known, nobody is to blame. */
export type Fate =
	| 'acked'
	| 'rejected'
	| 'failed'
	| 'missing'
	| 'corrupt'
	| 'unneeded'
	| 'suspect'
	| 'released';

/** Sends `entries` and checks what holds for every outcome: no index twice or out of range, every byte told. */
export const deliver = async (
	t: ExecutionContext,
	transport: Transport,
	entries: readonly SentEntry[],
	context: Partial<SendContext> = {},
): Promise<Delivered> => {
	let wrote = 0;
	const outcome = await send(transport, entries, {
		...context,
		wrote(bytes, paced) {
			wrote += bytes;
			context.wrote?.(bytes, paced);
		},
	});
	t.is(outcome.bytesSent, wrote, 'bytes that left are told as they leave, and counted in the outcome');
	return {...reading(t, outcome, entries.length), outcome};
};

const reading = (t: ExecutionContext, outcome: SendOutcome, count: number): Omit<Delivered, 'outcome'> => {
	const fates = new Array<Fate>(count).fill('released');
	const words: Record<number, string> = {};
	const set = (index: number, fate: Fate): void => {
		t.true(index >= 0 && index < count, `entry ${index} was not sent`);
		t.is(fates[index], 'released', `entry ${index} is named twice`);
		fates[index] = fate;
	};
	switch (outcome.kind) {
		case 'answered':
			for (const [first, last] of outcome.acked) {
				for (let index = first; index <= last; index++) {
					set(index, 'acked');
				}
			}
			for (const {index, kind, message} of outcome.troubles) {
				set(index, kind === 'broken' ? 'suspect' : kind);
				words[index] = message;
			}
			return {fates, words, link: outcome.endedBy};
		case 'broken':
			return {fates: fates.fill('suspect'), words: {0: outcome.message}, link: undefined};
		case 'link_down':
			return {fates, words, link: outcome};
		case 'unsent':
			return {fates, words, link: undefined};
	}
};

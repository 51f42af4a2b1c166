import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {changeOptions, heldPositionals, runChange} from '../hold.js';
import {option} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readPeerId} from '../read/ids.js';

const NAME = 'relay move';
const STATES = ['scheduled', 'failed', 'held', 'deadletter'] as const;

export const move = command({
	name: NAME,
	help: 'Let what waits for one peer, or is buried, go to another',
	details:
		'It leaves the one and waits at the other, in the order of enqueues, with a fresh retry budget and its history; what is held stays held. A peer that has a segment, or had it, cannot get it. Deadletters are moved by name, or with --all --state deadletter. Works for a peer that is not configured any more.',
	examples: [
		`edgectl ${NAME} seg-1 old-hub --to hub`,
		`edgectl ${NAME} --all --peer-id old-hub --to hub --dry-run`,
		`edgectl ${NAME} --all --peer-id old-hub --state deadletter --buried-for MAX_RETRIES --to hub`,
	],
	positionals: heldPositionals,
	options: {
		...changeOptions,
		state: option('--state <STATE>', `with --all: only ${STATES.join(', ')}`, readChoice(STATES)),
		buriedFor: option(
			'--buried-for <R>',
			`with --state deadletter: only for this reason (${DEADLETTER_REASONS.join(', ')})`,
			readChoice(DEADLETTER_REASONS),
		),
		to: option('--to <P>', 'the peer that gets it', readPeerId),
	},
	run(context, {to, buriedFor, ...values}) {
		if (to === undefined || (values.peerName ?? values.peer) === undefined) {
			throw new UsageError('Say from which peer and to which: SEGMENT-ID PEER-ID --to PEER', NAME);
		}
		if (to === (values.peerName ?? values.peer)) {
			throw new UsageError(`${to} is where they are already: --to names another peer`, NAME);
		}
		if (buriedFor !== undefined && values.state !== 'deadletter') {
			throw new UsageError('--buried-for goes with --all --state deadletter', NAME);
		}
		return runChange(context, values, {
			method: 'relay.move',
			name: NAME,
			field: 'moved',
			done: `moved to ${to}`,
			also: {to_peer_id: to, ...given({buried_for: buriedFor})},
			question: `Move them to ${to}`,
		});
	},
});

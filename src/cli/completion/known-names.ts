import {isPeerId, isSegmentId} from '../../outbound/names.js';
import type {Ask} from './ask-daemon.js';
import type {KnownNames, Proposal} from './complete.js';
import type {Line} from './position.js';

/** Ids that are offered at most: a page of the listing. */
const MOST = 200;

/** What `ask` says of peers and segments. Only what is an id gets through: it goes into a shell. */
export const knownNames = (ask: Ask): KnownNames => ({
	async peers({command, positionals: [segment]}) {
		const ofSegment =
			segment !== undefined && 'segment' in (command?.positionals ?? {})
				? peersOfRecords(await ask('relay.inspect', {segment_id: segment}))
				: [];
		return ofSegment.length > 0 ? ofSegment : peersOfStatus(await ask('relay.status', {}));
	},
	async segments(line) {
		const name = line.command?.name ?? '';
		const peer = line.options.get('--peer-id');
		const filter = {limit: MOST, ...(peer !== undefined && isPeerId(peer) ? {peer_id: peer} : {})};
		const page = isOfDeadletters(line)
			? await ask('relay.deadletter.list', filter)
			: await ask('relay.list', name === 'relay release' ? {...filter, held: true} : filter);
		return segmentsOf(page);
	},
});

/** Commands that are for buried records; `force` buries others, and `inspect` of any. */
const isOfDeadletters = ({command}: Line): boolean =>
	command !== undefined && /^relay deadletter (?!force\b)/.test(command.name);

const segmentsOf = (page: unknown): readonly Proposal[] => {
	const abouts = new Map<string, string>();
	for (const record of listIn(page, 'records')) {
		const {segment_id: id, peer_id: peer, state, reason} = record;
		if (typeof id === 'string' && isSegmentId(id) && !abouts.has(id)) {
			abouts.set(id, [reason ?? state, 'for', peer].filter(word => typeof word === 'string').join(' '));
		}
	}
	return [...abouts].map(([word, about]) => ({word, about}));
};

const peersOfRecords = (answer: unknown): readonly Proposal[] =>
	listIn(answer, 'records').flatMap(({peer_id: id, state}) => peer(id, state));

const peersOfStatus = (answer: unknown): readonly Proposal[] =>
	listIn(answer, 'peers').flatMap(({peer_id: id, link}) => peer(id, link));

const peer = (id: unknown, about: unknown): readonly Proposal[] =>
	typeof id === 'string' && isPeerId(id) ? [{word: id, about: String(about)}] : [];

const listIn = (answer: unknown, key: string): ReadonlyArray<Readonly<Record<string, unknown>>> => {
	const list = (answer as Readonly<Record<string, unknown>> | undefined)?.[key];
	return Array.isArray(list) ? list.filter(item => typeof item === 'object' && item !== null) : [];
};

import type {Result} from '../../../src/rpc/contract/methods.js';
import type {Relay} from './relay.js';

type ListedRecord = Result<'relay.list'>['records'][number];
const PAGE = 1000;

/** All of its records that are so, each as JSON; pages through the whole listing. */
export const recordsThat = async (
	relay: Relay,
	isWanted: (record: ListedRecord) => boolean,
): Promise<string[]> => {
	const found: string[] = [];
	let cursor: string | undefined;
	do {
		const params = {limit: PAGE, ...(cursor !== undefined && {cursor})};
		const page = (await relay.daemon.call('relay.list', params)) as Result<'relay.list'>;
		found.push(...page.records.filter(isWanted).map(record => JSON.stringify(record)));
		cursor = page.next_cursor;
	} while (cursor !== undefined);
	return found;
};

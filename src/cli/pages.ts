import type {WireRecordPage} from '../rpc/contract/record.js';

type PageCall = (page: {readonly limit: number; readonly cursor?: string}) => Promise<WireRecordPage>;

/** What the daemon gives at most in one page (src/rpc/limits.ts). */
const MAX_PAGE = 1000;

/**
 * Up to `limit` records. A page may be short, even empty, and still carry a cursor: then the next one is asked for too. One
 * page that suffices is passed on unchanged.
 */
export const collectPage = async (
	limit: number,
	cursor: string | undefined,
	call: PageCall,
): Promise<WireRecordPage> => {
	let page = await call({limit: Math.min(limit, MAX_PAGE), ...(cursor === undefined ? {} : {cursor})});
	while (page.next_cursor !== undefined && page.records.length < limit) {
		const next = await call({
			limit: Math.min(limit - page.records.length, MAX_PAGE),
			cursor: page.next_cursor,
		});
		page = {
			...next,
			records: [...page.records, ...next.records],
			examined: page.examined + next.examined,
			...(page.total === undefined ? {} : {total: page.total}),
		};
	}
	return page;
};

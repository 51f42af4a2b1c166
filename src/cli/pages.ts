import type {WireRecordPage} from '../rpc/contract/record.js';

export type PageCall = (page: {readonly limit: number; readonly cursor?: string}) => Promise<WireRecordPage>;

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

/** Every page to the end, each given to `take` with the number of rows looked at so far. */
export const eachPage = async (
	from: string | undefined,
	call: PageCall,
	take: (page: WireRecordPage, examined: number) => void,
): Promise<void> => {
	let cursor = from;
	let examined = 0;
	do {
		const page = await call({limit: MAX_PAGE, ...(cursor === undefined ? {} : {cursor})});
		examined += page.examined;
		take(page, examined);
		cursor = page.next_cursor;
	} while (cursor !== undefined);
};

/** Every page to the end; the next is asked for when `take` is done with the one before. `total` where the daemon knows it. */
export const eachPageInTurn = async (
	call: PageCall,
	take: (records: WireRecordPage['records'], total: number | undefined) => Promise<void>,
): Promise<void> => {
	let cursor: string | undefined;
	let total: number | undefined;
	do {
		const page = await call({limit: MAX_PAGE, ...(cursor === undefined ? {} : {cursor})});
		total ??= page.total;
		await take(page.records, total);
		cursor = page.next_cursor;
	} while (cursor !== undefined);
};

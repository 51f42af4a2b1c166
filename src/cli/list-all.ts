import type {WireRecordPage} from '../rpc/contract/record.js';
import type {CommandContext} from './context.js';
import {eachPage, type PageCall} from './pages.js';
import {grouped} from './text/numbers.js';
import {type Kind, RecordLines} from './text/records.js';

/** `--all` of a listing: every page from `cursor` on, printed as it comes, with progress; ends at Ctrl-C. */
export const listAll = async (
	{output, signal}: Pick<CommandContext, 'output' | 'signal'>,
	kind: Kind,
	cursor: string | undefined,
	call: PageCall,
): Promise<void> => {
	const lines = new RecordLines(output, kind);
	await eachPage(cursor, call, ({records}: WireRecordPage, examined) => {
		signal.throwIfAborted();
		lines.add(records);
		const text = `${grouped(lines.count)} found, ${grouped(examined)} rows looked at`;
		output.progress({done: lines.count, total: undefined, text});
	});
	lines.end();
};

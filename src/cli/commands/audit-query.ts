import {filterOf, filterOptions} from '../audit/filter-options.js';
import {
	type AuditPage,
	auditDirOption,
	directoryGiven,
	LeftOut,
	openTrail,
	pagesOf,
} from '../audit/trail-source.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {optionOr} from '../parameters.js';
import {putText} from '../put-text.js';
import {auditFooter, auditRows} from '../text/audit.js';

/** Above it the answer is written while it is read. */
const MOST_HELD = 1000;

const readLimit = (text: string): number => {
	const limit = /^\d{1,12}$/.test(text.trim()) ? Number(text) : Number.NaN;
	if (Number.isNaN(limit)) {
		throw new Error('Give a whole number; 0 is no limit.');
	}
	return limit;
};

export const auditQuery = command({
	name: 'audit query',
	help: 'Who did what and when, the newest first',
	details:
		'All filters must hold. With --output json the whole records: every field, the place in the chain, and what the kernel says of the caller (peer_uid, peer_gid, peer_pid). Outcome "pending": edged ended while it was done, so look whether it was.',
	examples: [
		'edgectl audit query',
		'edgectl audit query --event-type relay.deadletter.purged --start-time 24h',
		'edgectl audit query --outcome denied --output json',
		'edgectl audit query --audit-dir /mnt/copy/audit --limit 0',
	],
	options: {
		...filterOptions,
		limit: optionOr('--limit <N>', 'at most so many records; 0 = all', readLimit, 100),
		directory: auditDirOption,
	},
	async run(context, {limit, directory, ...filter}) {
		const source = openTrail(directoryGiven(directory, context), context);
		const pages = pagesOf(source, filterOf(filter, context), {limit, order: 'newest_first'}, context.signal);
		const leftOut =
			limit === 0 || limit > MOST_HELD
				? await writeAsRead(pages, context)
				: await answerAtOnce(pages, context);
		leftOut.warn(context);
		return undefined;
	},
});

const answerAtOnce = async (
	pages: AsyncIterable<AuditPage>,
	{output}: Pick<CommandContext, 'output'>,
): Promise<LeftOut> => {
	const leftOut = new LeftOut();
	let whole: AuditPage | undefined;
	for await (const page of pages) {
		leftOut.add(page);
		whole =
			whole === undefined
				? page
				: {
						...page,
						events: [...whole.events, ...page.events],
						examined: whole.examined + page.examined,
						unreadable: leftOut.lines,
					};
	}
	const {events = [], next_cursor: next} = whole ?? {};
	output.answer(whole, style => [
		...(events.length === 0 ? [] : auditRows(events, style)),
		auditFooter(events.length, next !== undefined),
	]);
	return leftOut;
};

/** The same document, however long, without holding more than a page. */
const writeAsRead = async (
	pages: AsyncIterable<AuditPage>,
	{output, rawOutput}: Pick<CommandContext, 'output' | 'rawOutput'>,
): Promise<LeftOut> => {
	const leftOut = new LeftOut();
	const isJson = output.format === 'json';
	let [count, examined] = [0, 0];
	const put = async (text: string): Promise<boolean> => (await putText(rawOutput, text)) === 'taken';
	if (!(await put(isJson ? '{"events": [' : ''))) {
		return leftOut;
	}
	for await (const page of pages) {
		const texts = isJson
			? page.events.map((event, at) => `${count + at === 0 ? '' : ','}\n${JSON.stringify(event)}`)
			: auditRows(page.events, output.style)
					.slice(count === 0 ? 0 : 1)
					.map(row => `${row}\n`);
		count += page.events.length;
		examined += page.examined;
		leftOut.add(page);
		if (page.events.length > 0 && !(await put(texts.join('')))) {
			return new LeftOut(); // `| head` has seen enough.
		}
	}
	await put(
		isJson
			? `\n], ${JSON.stringify({examined, unreadable: leftOut.lines, ...leftOut.strangers}).slice(1)}\n`
			: `${auditFooter(count, false)}\n`,
	);
	return leftOut;
};

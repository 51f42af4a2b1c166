import {placeName} from '../../storage/read-watch.js';
import type {FsckReport} from './fsck.js';

/** Of one kind, in text; JSON has them all. */
const MOST_LINES = 50;

/** The report for people: what is damaged, what becomes of it, what to do. */
export const fsckText = (report: FsckReport, isRepair: boolean): string => {
	const {examination, exported, backup, store} = report;
	const lines = [`store ${store}`];
	if (examination !== undefined) {
		const {pages, copied, findings, violations, mends, remaining} = examination;
		lines.push(`${copied.rows} rows read`);
		lines.push(
			...listed(
				'damaged pages of LMDB',
				pages.map(({page, tree, what}) => `page ${page} (${tree}): ${what}`),
			),
		);
		if (pages.length > 0) {
			const verb = isRepair ? 'was' : 'would be';
			lines.push(`the store ${verb} built anew from the ${copied.rows} rows that can be read`);
		}
		lines.push(
			...listed(
				'damaged rows and payloads',
				findings.map(({what}) => what),
			),
		);
		lines.push(...listed('what does not agree', violations));
		const head = isRepair ? 'what was done' : 'the plan (nothing was changed)';
		lines.push(
			...listed(
				head,
				mends.map(
					({place, done, buried}) =>
						`${placeName(place)}: ${done}${buried > 0 ? ` (${counted(buried, 'record')} buried)` : ''}`,
				),
			),
		);
		if (pages.length + copied.lost + findings.length + violations.length > 0) {
			lines.push(...costLines(examination, isRepair));
		}
		lines.push(...listed('what would still not agree: please report this', remaining));
	}
	if (exported !== undefined) {
		lines.push(`exported: ${exported.segments} segments, ${exported.bytes} bytes, to ${exported.directory}`);
	}
	return [...lines, conclusion(report, backup)].join('\n');
};

/** What is not as it was, or may not be: which records are lost, and what nobody can tell. */
const costLines = (
	{copied, restored, buried}: NonNullable<FsckReport['examination']>,
	isRepair: boolean,
): string[] => {
	const [is, waits] = isRepair ? ['', 'wait'] : ['would be ', 'would wait'];
	const lines = [
		...(copied.lost === 0
			? []
			: [
					`  ${counted(copied.lost, 'row')} in damaged pages cannot be read: what it held was told from other rows`,
				]),
		...(restored === 0
			? []
			: [
					`  ${counted(restored, 'record')} of which no row is left ${waits} again, and may be delivered twice`,
				]),
		...listed(
			`  records ${is}buried as CORRUPT`,
			buried.map(({segmentId, peerId}) => `  ${segmentId} for ${peerId}`),
		),
	];
	return lines.length === 0
		? [`what it ${isRepair ? 'cost' : 'would cost'}: nothing, no record is lost`]
		: [`what it ${isRepair ? 'cost' : 'would cost'}:`, ...lines];
};

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const listed = (head: string, items: readonly string[]): string[] => {
	if (items.length === 0) {
		return [];
	}
	const more = items.length - MOST_LINES;
	return [
		`${head}: ${items.length}`,
		...items.slice(0, MOST_LINES).map(item => `  ${item}`),
		...(more > 0 ? [`  and ${more} more (--output json lists them all)`] : []),
	];
};

const conclusion = ({verdict, store, examination}: FsckReport, backup: string | undefined): string => {
	switch (verdict) {
		case 'clean':
			return examination === undefined
				? `there is no store, and nothing was checked: edged would begin with an empty one. Is node.state_dir the right one?`
				: 'clean';
		case 'damaged':
			return 'damaged: edged --config FILE would put this right by itself when it meets it; edged fsck --repair does it now and keeps the store as it is as a backup';
		case 'repaired':
			return examination === undefined
				? `nothing could be read: all that waited is only in ${backup ?? 'no place'} now, and edged begins with an empty store. Keep it if the segments matter`
				: `repaired; the store as it was is ${backup ?? 'gone'}: remove it when all is well`;
		case 'unreadable':
			return `nothing can be found in ${store}: it is no store of edged, or its first pages are destroyed. edged fsck --repair moves it aside, and edged then begins with an empty one; or put a copy in its place`;
	}
};

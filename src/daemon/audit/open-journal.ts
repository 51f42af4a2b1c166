import {existsSync} from 'node:fs';
import {AuditTrail} from '../../audit/trail/audit-trail.js';
import {listDayFiles} from '../../audit/trail/day-files.js';
import {AuditJournal, type JournalOptions} from './audit-journal.js';
import {type Found, NOTHING_FOUND, openingEvents} from './found-at-start.js';
import {emptyJournal, readJournal} from './journal-row.js';

export type OpenedJournal = {readonly journal: AuditJournal; readonly found: Found};

/**
 * Opens the trail and writes into it what the last run could not, and what was found to be wrong with it. Rejects when the trail can
 * neither be read nor made; one that is only full does not keep edged from starting.
 */
export const openJournal = async (options: JournalOptions): Promise<OpenedJournal> => {
	const {directory, store, logger} = options;
	const {row, noted} = readJournal(store, directory);
	const isMoved = row !== undefined && row.directory !== directory;
	const {trail, tail} = await AuditTrail.open(
		{
			...options,
			onWritten: lines => journal.written(lines),
			onDamage: what => {
				logger.error({directory, what}, 'the audit trail was changed while edged ran');
				journal.noteSoon(openingEvents({...NOTHING_FOUND, damage: what}, options));
			},
		},
		// In another directory the chain begins anew, unless the files were taken along.
		isMoved && !hasTrail(directory) ? undefined : row?.head,
	);
	const journal: AuditJournal = new AuditJournal(
		options,
		trail,
		{
			...(row ?? emptyJournal(directory)),
			head: trail.last,
			acts: Math.max(row?.acts ?? 0, ...tail.acts, ...noted.map(({act}) => act)),
		},
		{noted, isTold: act => tail.acts.has(act)},
	);
	const waiting = noted.filter(({act}) => !tail.acts.has(act));
	const found: Found = {
		unfinishedBytes: tail.unfinishedBytes,
		damage: tail.damage,
		former: isMoved ? {directory: row.directory, ...row.head} : undefined,
		isHeadUnknown: row === undefined && tail.last.seq > 0,
		pending: waiting.filter(({outcome}) => outcome === 'pending').length,
		wasRunning: row?.running ?? false,
		isFirst: row === undefined,
	};
	journal.noteSoon(openingEvents(found, options));
	await journal.flush();
	return {journal, found};
};

const hasTrail = (directory: string): boolean => existsSync(directory) && listDayFiles(directory).length > 0;

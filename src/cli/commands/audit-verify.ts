import {realpathSync} from 'node:fs';
import path from 'node:path';
import type {Result} from '../../rpc/contract/methods.js';
import {auditDirOption, directoryGiven, isUnreachable} from '../audit/trail-source.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {EXIT} from '../exit-codes.js';
import {isSound, verifyText} from '../text/audit.js';

export const auditVerify = command({
	name: 'audit verify',
	help: 'Whether the audit trail is what edged wrote',
	details:
		'Reads every line and compares each with the SHA-256 that the next one has of it, so that a line that was changed, put in, moved or removed shows, and a file that is gone. What was cut off at the end only the daemon can tell, which keeps the last line in its store: it is asked when it can be reached and the directory is its own. The files are read by this user: as a rule, use sudo. Exit code 1 when something is wrong.',
	examples: ['sudo edgectl audit verify', 'edgectl audit verify --audit-dir /mnt/copy/audit'],
	options: {directory: auditDirOption},
	async run(context, {directory}) {
		const given = directoryGiven(directory, context);
		const daemon = await headOf(context, given);
		const place = path.resolve(given ?? (daemon as Head).directory);
		const isOwn = typeof daemon === 'object' && isSamePlace(place, daemon.directory);
		const {verifyTrail} = await import('../../audit/look/verify.js');
		const found = await verifyTrail(place, isOwn ? daemon.head : undefined);
		const note =
			typeof daemon === 'string'
				? daemon
				: isOwn
					? undefined
					: `the daemon keeps its trail in ${daemon.directory}`;
		context.output.answer(found, style => verifyText(found, note, style));
		if (isOwn && daemon.waiting > 0) {
			context.output.complain(
				`${daemon.waiting} records wait in the store because the trail cannot be written: ${daemon.failure ?? ''}`,
			);
		}
		return isSound(found) ? undefined : EXIT.refused;
	},
});

type Head = Result<'audit.head'>;

/** Or why there is none; where the directory has to come from the daemon, its absence is an error. */
const headOf = async (
	{call}: Pick<CommandContext, 'call'>,
	given: string | undefined,
): Promise<Head | string> => {
	try {
		return await call('audit.head', {});
	} catch (error) {
		if (given === undefined || !isUnreachable(error)) {
			throw error;
		}
		return 'the daemon is not reachable, and only it knows which line was the last';
	}
};

const isSamePlace = (one: string, other: string): boolean => {
	try {
		return realpathSync(one) === realpathSync(other);
	} catch {
		return one === other;
	}
};

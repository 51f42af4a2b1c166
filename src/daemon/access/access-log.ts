import type {Logger} from '../../runtime/logger.js';
import type {SparingLines} from '../sparing-lines.js';
import type {AccessRecords} from './access-gate.js';

/** Denials and overrides in the log. Who may only look must not be able to fill it by asking for more. */
export const logAccess = (logger: Pick<Logger, 'warn'>, lines: SparingLines): AccessRecords => ({
	denied({method, caller}, {operator, why}) {
		const event = 'auth.access.denied';
		const facts = {
			event,
			method,
			socket: caller.door,
			...whose(caller),
			...(operator !== undefined && {operator}),
		};
		lines.say(`${caller.door} ${method}`, unsaid => {
			logger.warn({...facts, why, ...(unsaid > 0 && {unsaid})}, event);
		});
	},
	brokeGlass({method, caller, params}, {operator}) {
		const event = 'auth.break_glass.used';
		const reason = params['reason'] ?? params['note'];
		const who = {
			...whose(caller),
			...(operator !== undefined && {operator}),
			...(reason !== undefined && {reason}),
		};
		logger.warn({event, method, ...who}, event);
	},
});

const whose = ({credentials}: Parameters<AccessRecords['denied']>[0]['caller']) =>
	credentials === undefined ? {} : {uid: credentials.uid, gid: credentials.gid, pid: credentials.pid};

import {type Clock, systemClock} from '../../runtime/clock.js';
import {allCollectors} from './all-collectors.js';
import {askOnce} from './ask-once.js';
import {type Bundle, type BundleOrder, type BundleProgress, generateBundle} from './generate.js';
import {readSubjectConfig, type Subject} from './subject.js';

export type {Question} from './subject.js';

export type SupportBundleOrder = Pick<BundleOrder, 'file' | 'existing' | 'signal' | 'version'> &
	Pick<Subject, 'ask' | 'auditDirectory' | 'logFile' | 'env'> & {
		/** From `--config-file`. */
		readonly configFile: string | undefined;
	};

/** Collects what support needs of this device, and nothing that is secret, into one file. Works with the daemon down. */
export const writeSupportBundle = async (
	order: SupportBundleOrder,
	progress: BundleProgress,
	clock: Clock = systemClock,
): Promise<Bundle> => {
	// A pending call of the clock does not keep the process, and what hangs may not either: the bundle is to be written all the same.
	const holder = new MessageChannel();
	holder.port1.ref();
	try {
		const ask = askOnce(order.ask, clock);
		const pid = await ask('daemon.ping').then(
			ping => (ping as {pid?: number}).pid,
			() => undefined,
		);
		const config = await readSubjectConfig(order.configFile, pid);
		const subject: Subject = {...order, ask, config};
		return await generateBundle({...order, clock, collectors: allCollectors(subject, clock)}, progress);
	} finally {
		holder.port1.close();
	}
};

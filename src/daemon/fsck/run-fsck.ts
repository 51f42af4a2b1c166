import type {Config} from '../../config/config.js';
import {EdgedError} from '../../outbound/errors.js';
import {systemClock} from '../../runtime/clock.js';
import {storeSettings} from '../store-settings.js';
import {type FsckOrder, type FsckReport, fsck} from './fsck.js';
import {fsckText} from './report-text.js';

/** Clean or repaired, damaged, not to be checked. */
export const FSCK_EXIT = {clean: 0, damaged: 1, unchecked: 3} as const;

export type FsckOutcome = {
	readonly text: string;
	readonly exitCode: (typeof FSCK_EXIT)[keyof typeof FSCK_EXIT];
};

/** Runs a check and says what to print. Throws only what nobody foresaw. */
export const runFsck = async (
	config: Config,
	order: FsckOrder,
	{output, pid}: {readonly output: 'text' | 'json'; readonly pid: number},
): Promise<FsckOutcome> => {
	try {
		const report = await fsck(order, {
			stateDirectory: config.node.stateDir,
			settings: storeSettings(config),
			clock: systemClock,
			pid,
		});
		const text = output === 'json' ? JSON.stringify(report) : fsckText(report, order.repair);
		return {text, exitCode: exitOf(report)};
	} catch (error) {
		if (!(error instanceof EdgedError)) {
			throw error;
		}
		const text =
			output === 'json'
				? JSON.stringify({verdict: 'unchecked', code: error.code, message: error.message})
				: error.message;
		return {text, exitCode: FSCK_EXIT.unchecked};
	}
};

const exitOf = ({verdict}: FsckReport): FsckOutcome['exitCode'] => {
	switch (verdict) {
		case 'clean':
		case 'repaired':
			return FSCK_EXIT.clean;
		case 'damaged':
			return FSCK_EXIT.damaged;
		case 'unreadable':
			return FSCK_EXIT.unchecked;
	}
};

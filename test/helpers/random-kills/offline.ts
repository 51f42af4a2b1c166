import path from 'node:path';
import {loadConfig} from '../../../src/config/load.js';
import {fsck} from '../../../src/daemon/fsck/fsck.js';
import {fsckText} from '../../../src/daemon/fsck/report-text.js';
import {storeSettings} from '../../../src/daemon/store-settings.js';
import {systemClock} from '../../../src/runtime/clock.js';
import {findViolations} from '../../../src/storage/invariant.js';
import {openStore} from '../../../src/storage/open-store.js';

/** What `edged fsck` finds wrong with the store of a daemon that does not run, in words. Leaves the store as it is. */
export const fsckAt = async (home: string): Promise<readonly string[]> => {
	const report = await fsck({repair: false, exportDirectory: undefined}, optionsAt(home));
	return report.verdict === 'clean' ? [] : [`${home}: ${fsckText(report, false)}`];
};

/** Opens that store as its next start would, and looks at every row: what is wrong, in words. */
export const violationsAt = async (home: string): Promise<readonly string[]> => {
	const mended: string[] = [];
	const store = await openStore({
		...optionsAt(home),
		onMend: mend => mended.push(`damage was found: ${JSON.stringify(mend)}`),
		failStop: (why, error) => {
			throw new Error(`fail stop: ${why}`, {cause: error});
		},
	});
	try {
		return [...mended, ...findViolations(store.handles)].map(what => `${home}: ${what}`);
	} finally {
		await store.close();
	}
};

const optionsAt = (home: string) => {
	const config = loadConfig(path.join(home, 'edge.toml'));
	return {
		stateDirectory: config.node.stateDir,
		settings: storeSettings(config),
		clock: systemClock,
		pid: process.pid,
	};
};

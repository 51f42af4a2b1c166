import path from 'node:path';
import {loadConfig} from '../../../src/config/load.js';
import {storeSettings} from '../../../src/daemon/store-settings.js';
import {systemClock} from '../../../src/runtime/clock.js';
import {findViolations} from '../../../src/storage/invariant.js';
import {openStore} from '../../../src/storage/open-store.js';

/** Opens the store of a daemon that does not run, as its next start would, and looks at every row: what is wrong, in words. */
export const violationsAt = async (home: string): Promise<readonly string[]> => {
	const config = loadConfig(path.join(home, 'edge.toml'));
	const mended: string[] = [];
	const store = await openStore({
		stateDirectory: config.node.stateDir,
		settings: storeSettings(config),
		clock: systemClock,
		pid: process.pid,
		onMend: mend => mended.push(`damage was found: ${JSON.stringify(mend)}`),
		failStop: (why, error) => {
			throw new Error(`fail stop: ${why}`, {cause: error});
		},
	});
	try {
		return [...mended, ...findViolations(store.handles)];
	} finally {
		await store.close();
	}
};

import {writeSync} from 'node:fs';
import {FatalEnd} from '../../src/daemon/fatal-end.js';
import {systemClock} from '../../src/runtime/clock.js';
import {openStore} from '../../src/storage/open-store.js';
import {silentLogger} from './silent-logger.js';
import {draftFor, testSettings} from './store-fixture.js';

// Enqueues one segment after the other and says which are acknowledged, until its disk is made to fail: then it ends as the daemon does.
const [directory = '', deadline = '30000'] = process.argv.slice(2);
const fatalEnd = new FatalEnd({stateDirectory: directory, clock: systemClock, logger: silentLogger});
const store = await openStore({
	stateDirectory: directory,
	clock: systemClock,
	settings: {...testSettings, commitDeadlineMs: Number(deadline)},
	pid: process.pid,
	failStop: fatalEnd.failStop,
});
fatalEnd.watch({abandon: () => store.close()});
for (let n = 0; n < 200; n++) {
	await store.enqueue([draftFor(store, `segment ${n}`)], 'all');
	writeSync(1, `ACK ${n}\n`);
}

import {systemClock} from '../../src/runtime/clock.js';
import {openStore} from '../../src/storage/open-store.js';
import {draftFor, testSettings} from './store-fixture.js';

// Under strace with its commits made to fail or to take long: tells how the store words that, and whether it asked to be ended.
const [directory = '', deadline = '30000'] = process.argv.slice(2);
const stops: string[] = [];
const store = await openStore({
	stateDirectory: directory,
	clock: systemClock,
	settings: {...testSettings, commitDeadlineMs: Number(deadline)},
	pid: process.pid,
	failStop: why => stops.push(why),
});
const outcome = await store.enqueue([draftFor(store, 'x')], 'all').then(
	answer => answer.status(0),
	(error: {code?: string}) => error.code ?? String(error),
);
process.stdout.write(JSON.stringify({outcome, stops, stored: store.depth().total}));
process.exit(0);

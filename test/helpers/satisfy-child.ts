import {writeSync} from 'node:fs';
import {systemClock} from '../../src/runtime/clock.js';
import {openTestStore} from './store-fixture.js';

// Settles what a changed success condition satisfies, a line a step, until it is killed.
const store = await openTestStore(process.argv[2] ?? '', systemClock, {successCondition: 'one_peer'});
while (await store.tend()) {
	writeSync(1, `${store.depth().satisfied}\n`);
}
writeSync(1, 'done\n');

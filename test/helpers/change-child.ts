import {writeSync} from 'node:fs';
import {systemClock} from '../../src/runtime/clock.js';
import {ChangeSteps} from './change-steps.js';
import {openTestStore} from './store-fixture.js';

// Does the steps of a round on a store until it is killed, and says after each that it is done.
const [directory = '', round = '0'] = process.argv.slice(2);
const store = await openTestStore(directory, systemClock);
const steps = new ChangeSteps(store, Number(round));
for (;;) {
	await steps.step();
	writeSync(1, 'done\n');
}

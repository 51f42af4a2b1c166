import {writeSync} from 'node:fs';
import type {PeerId} from '../../src/outbound/names.js';
import {systemClock} from '../../src/runtime/clock.js';
import {batchOf} from './import-batch.js';
import {openTestStore} from './store-fixture.js';

// Imports one batch after another until it is killed, and says which it is at (`try`) and which it has (`did`).
const store = await openTestStore(process.argv[2] ?? '', systemClock);
await store.registerPeers(['a', 'b'] as PeerId[]);
for (let batch = 0; ; batch++) {
	writeSync(1, `try ${batch}\n`);
	await store.importDeadletters(batchOf(batch));
	writeSync(1, `did ${batch}\n`);
}

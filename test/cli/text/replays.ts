import test from 'ava';
import {replaysText} from '../../../src/cli/text/status.js';

test('a paced retry that runs has a line in status and in the live view, and none has none', t => {
	const replay = {job_id: 'job-3', left: 9500, matched: 12_000, rate_per_second: 50, eta_seconds: 190};
	t.deepEqual(replaysText({replays: [replay]}), [
		'Paced Retry job-3: 9,500 of 12,000 deadletters left at 50/s, 3m 10s to go',
	]);
	t.deepEqual(replaysText({}), []);
});

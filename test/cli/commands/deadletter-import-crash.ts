import test from 'ava';
import {ctl, deadRecord, exportFiles, writeFiles} from '../../helpers/dead-export.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	inDirectory,
	statusOf,
	untilIs,
} from '../../helpers/edge-daemon.js';

const SEGMENTS = 3000; // Twelve calls, so that it is in the middle still when it is killed.
const PAYLOADS = 40; // Files are slow to write, and segments of the same bytes share one.
const config = edgeConfig(directoryPeer());

for (const atLeast of [1, 700]) {
	test.serial(
		`the daemon killed with ${atLeast} or more imported: repeated, it is exactly the set`,
		async t => {
			t.timeout(120_000);
			const edge = await edgeIn(t);
			const source = inDirectory(edge, 'dead');
			const payloads = Array.from({length: PAYLOADS}, (_, n) => `${n} ${'x'.repeat(2000)}`);
			const records = Array.from({length: SEGMENTS}, (_, n) =>
				deadRecord(`dead-${n}`, payloads[n % PAYLOADS] as string),
			);
			await writeFiles(source, exportFiles(records, payloads));
			const words = ['relay', 'deadletter', 'import', source, '--yes'];

			const killed = await edge.start(config);
			const running = ctl(killed, words);
			await untilIs(
				() => statusOf(killed),
				({queue_depth: {deadletter}}) => deadletter >= atLeast,
			);
			await killed.end('SIGKILL');
			const broken = await running;
			t.not(broken.code, 0, 'it was killed in the middle of it');
			t.regex(broken.stderr, /it broke off: [\d,]+ of 3,000 deadletters were imported and stay/);
			t.regex(broken.stderr, /to go on, repeat the same line/);

			const daemon = await edge.start(config);
			const held = (await statusOf(daemon)).queue_depth.deadletter;
			t.true(held >= atLeast && held < SEGMENTS, `${held}`);
			const told = Number(/it broke off: ([\d,]+)/.exec(broken.stderr)?.[1]?.replace(',', ''));
			t.true(told <= held, `${told} were told as imported, ${held} are here`);
			const again = await ctl(daemon, [...words, '--output', 'json']);
			t.is(again.code, 0, again.stderr);
			const {imported, present, failed} = JSON.parse(again.stdout) as Record<string, number>;
			t.deepEqual({imported, present, failed}, {imported: SEGMENTS - held, present: held, failed: 0});
			t.is((await statusOf(daemon)).queue_depth.deadletter, SEGMENTS);
		},
	);
}

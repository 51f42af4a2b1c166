import test from 'ava';
import type {Terminal} from '../../../src/cli/context.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {runLine} from '../../helpers/cli.js';
import {depth, peer, status} from '../../helpers/wire-samples.js';

/** Shows pictures to nobody, and does `act` at each. */
const fakeTerminal = (
	act: (drawn: string, at: number, press: (key: string) => void, end: () => void) => void,
) => {
	const pictures: string[] = [];
	let press: (key: string) => void = () => undefined;
	let end: () => void = () => undefined;
	const seen = {pictures, closed: 0};
	const terminal: Terminal = {
		size: () => ({columns: 80, rows: 6}),
		draw(lines) {
			pictures.push(lines.join('\n'));
			act(lines.join('\n'), pictures.length, press, end);
		},
		onKey(listener) {
			press = listener;
		},
		onEnd(listener) {
			end = listener;
		},
		close() {
			seen.closed++;
		},
	};
	return {terminal, seen};
};

for (const key of ['q', '\u0003']) {
	test(`${JSON.stringify(key)} ends the live view and gives the terminal back`, async t => {
		const {terminal, seen} = fakeTerminal((drawn, _, press) => {
			if (drawn.includes('hub')) {
				press(key);
			}
		});
		const {out, exitCode} = await runLine('relay watch', {answers: {'relay.status': status}, terminal});
		t.deepEqual([out, exitCode, seen.closed], ['', undefined, 1]);
	});
}

test('whoever ends the process ends the view', async t => {
	const {terminal, seen} = fakeTerminal((_, at, __, end) => {
		if (at === 3) {
			end();
		}
	});
	await runLine('relay status --watch', {answers: {'relay.status': status}, terminal});
	t.deepEqual([seen.pictures.length, seen.closed], [3, 1]);
});

test('a daemon that goes away is waited for, with the last picture; and one that comes back is shown', async t => {
	let asked = 0;
	const answer = () => {
		asked++;
		return asked === 2 || asked === 3
			? new DaemonUnreachable('/run/x', 'gone', {code: 'ECONNREFUSED'} as never)
			: status;
	};
	const {terminal, seen} = fakeTerminal((drawn, _, press) => {
		if (asked > 3 && !drawn.includes('waiting for edged')) {
			press('q');
		}
	});
	await runLine('relay watch', {answers: {'relay.status': answer}, terminal});
	t.true(
		seen.pictures.some(
			picture => /waiting for edged, shown is what was \ds ago: /.test(picture) && picture.includes('hub'),
		),
	);
});

test('a daemon that does not answer in time is told of', async t => {
	let asked = 0;
	const answer = () => (++asked === 1 ? status : new Promise(() => undefined));
	const {terminal} = fakeTerminal((drawn, _, press) => {
		if (drawn.includes('edged does not answer, shown is what was 3s ago')) {
			press('q');
		}
	});
	await t.notThrowsAsync(runLine('relay watch', {answers: {'relay.status': answer}, terminal}));
});

test('what no patience helps against ends it, with the terminal given back', async t => {
	const refusal = new EdgedError('SHUTTING_DOWN', 'no');
	const {terminal, seen} = fakeTerminal(() => undefined);
	await t.throwsAsync(runLine('relay watch', {answers: {'relay.status': refusal}, terminal}), {is: refusal});
	t.is(seen.closed, 1);
});

test('arrow keys scroll, as far as there are peers', async t => {
	const peers = Array.from({length: 9}, (_, at) => ({...peer, peer_id: `p${at}`}));
	let hasScrolled = false;
	const {terminal, seen} = fakeTerminal((drawn, _, press) => {
		if (drawn.includes('p0') && !hasScrolled) {
			hasScrolled = true;
			press('\u001b[B');
			press('j');
			press('\u001b[6~');
			press('k');
		} else if (hasScrolled) {
			press('q');
		}
	});
	await runLine('relay watch', {answers: {'relay.status': {...status, peers}}, terminal});
	t.regex(seen.pictures.at(-1) ?? '', /p8.*\n… and 8 more, 8 above/);
});

/** Ends the command when `isEnough`. */
const abortable = (isEnough: (asked: number) => boolean, answer: (asked: number) => unknown) => {
	const control = new AbortController();
	let asked = 0;
	return {
		signal: control.signal,
		answers: {
			'relay.status': () => {
				asked++;
				if (isEnough(asked)) {
					control.abort();
				}
				return answer(asked);
			},
		},
	};
};

test('without a terminal a peer has a line at first, when its link changes, and every ten seconds when figures do', async t => {
	const {out} = await runLine(
		'relay watch',
		abortable(
			asked => asked === 26,
			asked => ({
				...status,
				peers: [
					{
						...peer,
						link: asked === 3 ? ('down' as const) : ('up' as const),
						queue_depth: {...depth, scheduled: asked},
					},
				],
			}),
		),
	);
	const lines = out.trim().split('\n');
	t.regex(
		lines[0] ?? '',
		/^2026-03-01T06:00:00\.000Z hub up: 4 waiting, 2 inflight, 5 dead, 1\.25 MiB\/s, ETA 40s$/,
	);
	t.deepEqual(
		lines.map(line => /hub (\w+): (\d+)/.exec(line)?.slice(1).join(' ')),
		['up 4', 'down 6', 'up 7', 'up 17', 'up 27'],
	);
});

test('without a terminal what does not change is told once, and a daemon that is gone once', async t => {
	const gone = new DaemonUnreachable('/run/x', 'gone');
	const {out, errors} = await runLine(
		'relay watch',
		abortable(
			asked => asked === 40,
			asked => (asked > 20 && asked < 30 ? gone : status),
		),
	);
	t.is(out.trim().split('\n').length, 1);
	t.is(errors.trim().split('\n').length, 1);
	t.regex(errors, /waiting for edged: /);
});

test('as JSON each status is a line', async t => {
	const {out} = await runLine(
		'relay watch --output json',
		abortable(
			asked => asked === 4,
			asked => ({...status, workers: asked}),
		),
	);
	t.deepEqual(
		out
			.trim()
			.split('\n')
			.map(line => (JSON.parse(line) as typeof status).workers),
		[1, 2, 3],
	);
});

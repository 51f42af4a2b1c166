import test from 'ava';
import {LineTurns} from '../../src/rpc/line-turns.js';
import {RawLines, request} from '../helpers/raw-lines.js';
import {startRpcServer} from '../helpers/rpc-server.js';

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('a turn has room for a number of lines, or for one that is long', async t => {
	const turns = new LineTurns();
	let begun = 0;
	for (; !turns.isSpent; begun++) {
		turns.spend(100);
	}
	t.is(begun, 8);
	await nextTurn();
	turns.spend(8_000_000);
	t.true(turns.isSpent);
});

test('whoever waits goes in the order of waiting, and nobody twice before another', async t => {
	const turns = new LineTurns();
	const went: string[] = [];
	const flood = (name: string): void => {
		turns.wait(() => {
			went.push(name);
			turns.spend(100_000);
			if (went.length < 12) {
				flood(name);
			}
		});
	};
	for (const name of ['a', 'b', 'c', 'd']) {
		flood(name);
	}
	t.false(turns.isFree);
	while (went.length < 12) {
		await nextTurn();
	}
	t.is(went.slice(0, 12).join(''), 'abcdabcdabcd');
});

test('what a client asked before it went away is not begun any more', async t => {
	let calls = 0;
	const {socketPath} = await startRpcServer(t, {
		ping: () => {
			calls++;
			throw new Error('asked');
		},
	});
	const gone = await RawLines.connect(t, socketPath);
	gone.send(`${request(1, 'daemon.ping')}\n`.repeat(700));
	await gone.line();
	gone.socket.destroy();
	const other = await RawLines.connect(t, socketPath);
	let before = -1;
	while (before !== calls) {
		before = calls;
		await other.ask('[]');
		await nextTurn();
	}
	t.true(calls < 700, `${calls}`);
});

import test from 'ava';
import {DEFAULT_RPC_SOCKET, type FoundSocket, findRpcSocket} from '../../src/config/paths.js';

const QUICKSTART = '/project/var/rpc.sock';

const finds = test.macro(
	(
		t,
		given: string | undefined,
		named: string | undefined,
		there: readonly string[],
		expected: FoundSocket,
	) => {
		const surroundings = {
			env: {EDGED_SOCKET: named},
			workingDirectory: '/project',
			exists: (file: string) => there.includes(file),
		};
		t.deepEqual(findRpcSocket(given, surroundings), expected);
	},
);
const BOTH = [DEFAULT_RPC_SOCKET, QUICKSTART];

test('--socket goes before all', finds, '/a', '/b', BOTH, {path: '/a', source: '--socket'});
test('EDGED_SOCKET goes before the default', finds, undefined, '/b', BOTH, {
	path: '/b',
	source: 'EDGED_SOCKET',
});
test('an empty EDGED_SOCKET is none', finds, undefined, '', BOTH, {
	path: DEFAULT_RPC_SOCKET,
	source: 'default',
});
test('an installed daemon goes before a quickstart', finds, undefined, undefined, BOTH, {
	path: DEFAULT_RPC_SOCKET,
	source: 'default',
});
test('a quickstart is found where nothing is installed', finds, undefined, undefined, [QUICKSTART], {
	path: QUICKSTART,
	source: 'quickstart',
});
test('with nothing there, the default is named', finds, undefined, undefined, [], {
	path: DEFAULT_RPC_SOCKET,
	source: 'default',
});
test('a relative --socket starts at the working directory', finds, 'var/a', undefined, [], {
	path: '/project/var/a',
	source: '--socket',
});
test('a relative EDGED_SOCKET starts at the working directory', finds, undefined, 'b', [], {
	path: '/project/b',
	source: 'EDGED_SOCKET',
});

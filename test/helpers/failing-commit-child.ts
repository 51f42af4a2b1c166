import {openEnvironment} from '../../src/storage/environment.js';

// Under strace with the first commit made to fail: tells as JSON what became of it, and of the one behind it.
const {root, blocks} = openEnvironment(process.argv[2] ?? '');
const attempt = async (key: number) => {
	const commit = root.childTransaction(() => {
		void blocks.put(key, Buffer.from('value'));
	});
	try {
		await commit;
		return 'resolved';
	} catch (error) {
		(error as {commitError?: Promise<unknown>}).commitError?.catch(() => undefined);
		return 'rejected';
	}
};
const first = await attempt(1);
const isVisible = blocks.get(1) !== undefined;
const second = await attempt(2);
process.stdout.write(
	JSON.stringify({first, isVisible, second, isSecondVisible: blocks.get(2) !== undefined}),
);
await root.close();

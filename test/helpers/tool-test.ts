import test, {type ExecutionContext} from 'ava';

/** For tests that need a program. On a machine that has none they are skipped, and it is said so; in CI, where .ci/run installs it, they fail. */
export const toolTest =
	(tool: string, isMissing: boolean) =>
	(title: string, body: (t: ExecutionContext) => Promise<void>): void => {
		const missing = `${tool} is not installed here`;
		if (!isMissing) {
			test.serial(title, body);
		} else if (process.env['CI'] === undefined) {
			test.skip(`${title} (${missing})`, body);
		} else {
			test(title, t => t.fail(missing));
		}
	};

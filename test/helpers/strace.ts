import {readFile} from 'node:fs/promises';

/** One system call of a trace. `begin` and `end` are positions in it: another call may have begun in between. */
export type SystemCall = {
	readonly name: string;
	/** Arguments as strace prints them, with `-y` the file behind a descriptor too: `21</var/lib/data.mdb>, "..."`. */
	readonly words: string;
	readonly result: string;
	readonly begin: number;
	readonly end: number;
};

/** Reads what `strace -f -o FILE` wrote. Calls that had not returned at the end are left out. */
export const readTrace = async (file: string): Promise<SystemCall[]> =>
	parseTrace(await readFile(file, 'latin1'));

/** In the order in which the calls returned. */
export const parseTrace = (log: string): SystemCall[] => {
	const calls: SystemCall[] = [];
	const unfinished = new Map<string, {readonly text: string; readonly begin: number}>();
	for (const [at, line] of log.split('\n').entries()) {
		const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
		const started = /^(.*) <unfinished \.\.\.>$/.exec(text);
		if (started !== null) {
			unfinished.set(thread, {text: started[1] ?? '', begin: at});
			continue;
		}
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
		const {text: before, begin} = (resumed !== null && unfinished.get(thread)) || {text: '', begin: at};
		const call = parseCall(before + (resumed?.[1] ?? text));
		if (call !== undefined) {
			calls.push({...call, begin, end: at});
		}
	}
	return calls;
};

const parseCall = (text: string): Pick<SystemCall, 'name' | 'words' | 'result'> | undefined => {
	const parts = /^(\w+)\((.*)\) += (.*)$/.exec(text);
	return parts === null ? undefined : {name: parts[1] ?? '', words: parts[2] ?? '', result: parts[3] ?? ''};
};

import type {Bench, ReadyBench} from '../bench.js';
import {measureRound} from './measure.js';
import type {WorkerAnswer, WorkerOrder} from './worker-protocol.js';

/** The process that a bench has to itself: another's garbage, compiled code and open files are not in its figures. */
type Opened = {readonly bench: ReadyBench; readonly directory: string; readonly scale: 'quick' | 'full'};
let opened: Opened | undefined;

const obey = async (order: WorkerOrder): Promise<WorkerAnswer> => {
	switch (order.kind) {
		case 'open': {
			const {benches} = (await import(order.module)) as {benches: readonly Bench[]};
			const bench = benches.find(({name}) => name === order.bench);
			if (bench === undefined) {
				throw new Error(`${order.module} has no bench "${order.bench}"`);
			}
			opened = {...order.context, bench: await bench.setup(order.context)};
			return {kind: 'done'};
		}
		case 'round':
			if (opened === undefined) {
				throw new Error('A round was asked for before the bench was opened');
			}
			return {kind: 'measured', round: await measureRound(opened.bench, opened)};
		case 'close':
			await opened?.bench.close();
			opened = undefined;
			return {kind: 'done'};
	}
};

const answer = async (order: WorkerOrder): Promise<WorkerAnswer> => {
	try {
		return await obey(order);
	} catch (error) {
		const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return {kind: 'failed', message};
	}
};

process.on('message', (order: WorkerOrder) => {
	void answer(order).then(reply => process.send?.(reply));
});
// A runner that was interrupted leaves no worker behind.
process.on('disconnect', () => {
	const leave = (): void => process.exit(1);
	(opened?.bench.close() ?? Promise.resolve()).then(leave, leave);
});

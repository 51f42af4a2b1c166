import type {Clock} from '../../runtime/clock.js';
import type {Question, Subject} from './subject.js';

/** Somebody holds the socket and says nothing. */
export class NoAnswer extends Error {}

const PING_WITHIN_MS = 2500;
const ANSWER_WITHIN_MS = 8000;

/**
 * Asks each question once, whoever wants to know, and none of a daemon that does not answer a ping soon: one that hangs would cost
 * every collector its time.
 */
export const askOnce = (ask: Subject['ask'], clock: Clock): Subject['ask'] => {
	const asked = new Map<Question, Promise<unknown>>();
	const within = (question: Question, mostMs: number): Promise<unknown> =>
		Promise.race([ask(question), silence(clock, mostMs)]);
	const once = (question: Question): Promise<unknown> => {
		const known = asked.get(question);
		if (known !== undefined) {
			return known;
		}
		const answer =
			question === 'daemon.ping'
				? within(question, PING_WITHIN_MS)
				: once('daemon.ping').then(() => within(question, ANSWER_WITHIN_MS));
		answer.catch(() => {}); // Whoever wants it is told.
		asked.set(question, answer);
		return answer;
	};
	return once;
};

const silence = (clock: Clock, mostMs: number): Promise<never> =>
	new Promise((_, reject) => {
		clock.after(mostMs, () => {
			reject(new NoAnswer(`edged did not answer within ${mostMs / 1000} s: it is stopped, hangs or is busy`));
		});
	});

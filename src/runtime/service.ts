import {EdgedError} from '../outbound/errors.js';

/** A part of the daemon with a life. The order of an array of services is the order of start; stop runs it backwards. */
export type Service = {
	/** For logs and errors, e.g. `ingest`. */
	readonly name: string;
	/** Resolves once the service does its work. One that fails has cleaned up what it had begun. */
	start(): Promise<void>;
	/** Resolves once nothing of the service runs any more. May be called twice, and on a service that was never started. */
	stop(): Promise<void>;
};

/** Starts all or none: what had started is stopped again before the failure is passed on, named for the service. */
export const startAll = async (services: readonly Service[]): Promise<void> => {
	for (const [index, service] of services.entries()) {
		try {
			await service.start();
		} catch (error) {
			const cause = await stopAll(services.slice(0, index)).then(
				() => error,
				stopError => new AggregateError([error, stopError], 'The start failed, and so did undoing it'),
			);
			throw startFailure(service.name, error, cause);
		}
	}
};

/** Stops backwards, one after the other. A service that fails to stop keeps none of the others running; its error comes last. */
export const stopAll = async (services: readonly Service[]): Promise<void> => {
	const errors: unknown[] = [];
	for (const service of services.toReversed()) {
		try {
			await service.stop();
		} catch (cause) {
			errors.push(new Error(`Could not stop ${service.name}: ${wordsOf(cause)}`, {cause}));
		}
	}
	if (errors.length > 1) {
		throw new AggregateError(errors, `Could not stop ${errors.length} services`);
	}
	if (errors.length === 1) {
		throw errors[0];
	}
};

/** A refusal stays a refusal with its code: an operator reads its message, and a stack only for a bug. */
const startFailure = (name: string, error: unknown, cause: unknown): Error => {
	const message = `Could not start ${name}: ${wordsOf(error)}`;
	return error instanceof EdgedError
		? new EdgedError(error.code, message, error.details, {cause})
		: new Error(message, {cause});
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

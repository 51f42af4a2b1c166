/** Why an exchange has no answer, or none that is whole. */
export type Failure = {
	readonly cause: 'error' | 'timeout' | 'signal';
	readonly message: string;
	/** Bytes had been handed to a connection: the peer may have them, and may have acted. */
	readonly hadBegun: boolean;
	/** A certificate was refused, by one side or the other. */
	readonly isTlsTrouble: boolean;
};

/** Of an error before anything has left. */
export const failureOf = (error: unknown): Failure => ({
	cause: 'error',
	message: errorText(error),
	hadBegun: false,
	isTlsTrouble: isTlsTrouble(error),
});

const MAX_WORDS = 300;

const errorText = (error: unknown): string => {
	if (error instanceof AggregateError && error.errors.length > 0) {
		return error.errors.map(errorText).join('; '); // Each address that was tried.
	}
	const {message = '', code = ''} = error as NodeJS.ErrnoException;
	if (code === 'UND_ERR_SOCKET') {
		return 'The peer closed the connection before it answered'; // undici: other side closed.
	}
	return (message.includes(code) ? message : `${message} (${code})`).slice(0, MAX_WORDS);
};

const isTlsTrouble = (error: unknown): boolean => {
	const code = String((error as NodeJS.ErrnoException | undefined)?.code);
	return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.includes('CERT');
};

import type {Writable} from 'node:stream';

/**
 * Resolves once `text` is taken, however slow the reader is. `nobody reads`: the pipe was closed or the write failed, and waiting for
 * it to drain would never end; why is told to whoever listens for the errors of `sink`.
 */
export const putText = (sink: Writable, text: string): Promise<'taken' | 'nobody reads'> =>
	new Promise(resolve => {
		if (text === '') {
			resolve('taken');
			return;
		}
		sink.write(text, error => resolve(error == null ? 'taken' : 'nobody reads'));
	});

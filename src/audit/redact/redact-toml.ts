import {REDACTED} from '../../outbound/secrets.js';
import {redactText} from './redact-text.js';
import {namesSecret} from './secret-names.js';

/**
 * A configuration without secrets, right or wrong, with its comments: line by line, never parsed. Of a table whose name is that of
 * a secret every value goes.
 */
export const redactToml = (text: string): string => {
	let isSecretTable = false;
	return redactText(text)
		.split('\n')
		.map(line => {
			const table = /^\s*\[{1,2}([^\]]*)\]{1,2}/.exec(line)?.[1];
			if (table !== undefined) {
				isSecretTable = namesSecret(table);
				return line;
			}
			return isSecretTable && line.trim() !== ''
				? line.replace(/^(\s*(?:"[^"]*"|'[^']*'|[\w.-]+)\s*=)?.*$/, `$1 "${REDACTED}"`)
				: line;
		})
		.join('\n');
};

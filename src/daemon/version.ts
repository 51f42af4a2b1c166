import {readFileSync} from 'node:fs';

/** Of the package that this file belongs to. */
export const readVersion = (): string => {
	const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
	return (JSON.parse(manifest) as {version: string}).version;
};

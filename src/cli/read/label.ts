export type Label = {readonly name: string; readonly value: string};

/** `name=value`; the value may hold further `=`. */
export const readLabel = (text: string): Label => {
	const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined) {
		throw new Error('Give a label as name=value.');
	}
	return {name, value};
};

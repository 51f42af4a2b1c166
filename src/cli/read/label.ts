export type Label = {readonly name: string; readonly value: string};

/** `name=value`; the value may hold further `=`. */
export const readLabel = (text: string): Label => {
	const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined) {
		throw new Error('Give a label as name=value.');
	}
	return {name, value};
};

/** As {@link readLabel}, for a segment that is handed over: the name becomes part of the name of a header. */
export const readNewLabel = (text: string): Label => {
	const label = readLabel(text);
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(label.name)) {
		throw new Error('The name of a label may have letters of ASCII, digits and - _ . only.');
	}
	return label;
};

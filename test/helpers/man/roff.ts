/** A manual page in the `man` macros, as man(7) describes them. Every text that goes in is escaped here, and nowhere else. */
export const page = (
	{name, section, title}: {readonly name: string; readonly section: number; readonly title: string},
	parts: readonly string[],
): string =>
	[
		'.\\" Generated from the sources of edged: npm run docs. Changes made here are lost.',
		`.TH ${name.toUpperCase()} ${section} ${DATE} edged "edged manual"`,
		'.SH NAME',
		`${escaped(name)} \\- ${escaped(title)}`,
		...parts,
		'',
	].join('\n');

/** Of the pages' form; what they say goes with the version of the package they come in. */
const DATE = '2026-11-24';

export const section = (title: string, ...parts: readonly string[]): string =>
	[`.SH ${escaped(title).toUpperCase()}`, ...parts].join('\n');

export const subsection = (title: string, ...parts: readonly string[]): string =>
	[`.SS ${escaped(title)}`, ...parts].join('\n');

/** Sentences; an empty line between paragraphs. */
export const prose = (text: string): string =>
	text
		.trim()
		.split(/\n{2,}/)
		.map(paragraph => line(paragraph.replaceAll(/\s*\n\s*/g, ' ')))
		.join('\n.PP\n');

/** A term and what it means, indented below it. */
export const item = (term: string, ...meaning: readonly string[]): string =>
	['.TP', `\\fB${escaped(term)}\\fR`, meaning.map(line).join('\n.br\n')].join('\n');

/** Lines as they are typed. */
export const verbatim = (lines: readonly string[]): string =>
	['.nf', ...lines.map(text => line(text)), '.fi'].join('\n');

/** How a command is called: its words bold. */
export const synopsis = (command: string, rest: string): string =>
	`\\fB${escaped(command)}\\fR${rest === '' ? '' : ` ${escaped(rest)}`}`;

/** A line of text. A dot or a quote at its beginning would be taken for a macro. */
const line = (text: string): string => escaped(text).replace(/^([.'])/, '\\&$1');

const escaped = (text: string): string =>
	text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...').replaceAll('—', '\\(em');

/** What stands above several commands, in a line. A group that is not named here has no line of its own. */
export const GROUP_HELP: Readonly<Record<string, string>> = {
	relay: 'The queue, its peers and what is in it.',
	'relay config': 'The configuration in effect, and limits that change at once.',
	'support-bundle': 'What support needs, in one file.',
	'relay deadletter': 'Records that were buried: look, try again, remove.',
	audit: 'Who did what and when, and whether the record of it is whole.',
	rollback: 'Act in an incident, and take it back.',
	deadletter: 'Short for edgectl relay deadletter.',
};

/** `deadletter list` for `relay deadletter list`: the short form, as the rollback command of the reference spells it. */
export const shortFormOf = (name: string): string | undefined =>
	name.startsWith('relay deadletter ') ? name.slice('relay '.length) : undefined;

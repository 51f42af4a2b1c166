type Naming = {
	readonly segment_id?: string | undefined;
	readonly peer_id?: string | undefined;
};

/** For rows whose parameters name one record or a selector: `SEGMENT` or `SEGMENT PEER`, `* PEER`, `*`. The selector is in the fields. */
export const recordsNamed = {
	resourceType: 'record',
	resource: ({segment_id: segment, peer_id: peer}: Naming): string =>
		[segment ?? '*', peer].filter(part => part !== undefined).join(' '),
} as const;

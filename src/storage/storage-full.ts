import {EdgedError} from '../outbound/errors.js';

/** What there is of room on the disk of the state directory, and what there should be; all in bytes. */
export type Shortage = {
	readonly directory: string;
	readonly free: number;
	/** In the store's own file, of pages that hold nothing. */
	readonly reusable: number;
	/** Without so much, free and reusable together, an enqueue is not tried. */
	readonly needed: number;
	/** Of what is needed: what stays free for others. */
	readonly floor: number;
	/** Of what is needed: what the reserve lacks with which delivery goes on. */
	readonly reserveLack: number;
};

/** `STORAGE_FULL` that says what is short, by how much, and what ends it. */
export const storageFull = (
	{directory, free, reusable, needed, floor, reserveLack}: Shortage,
	cause?: unknown,
): EdgedError => {
	const lack = reserveLack === 0 ? '' : `, ${reserveLack} to fill the reserve with which delivery goes on`;
	return new EdgedError(
		'STORAGE_FULL',
		`the disk of the state directory is full: ${free} bytes are free on it and ${reusable} in the store's file, ` +
			`and ${needed} are needed (of them ${floor} stay free for others${lack}); nothing was stored. ` +
			'Free space on that disk: edged sees it within 5 s and goes on by itself',
		{
			directory,
			free_bytes: free,
			reusable_bytes: reusable,
			needed_bytes: needed,
			floor_bytes: floor,
			reserve_lack_bytes: reserveLack,
		},
		cause === undefined ? {} : {cause},
	);
};

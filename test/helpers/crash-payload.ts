/** The payload that belongs to a number: some are empty, most small, a few of several chunks. Both sides make it anew. */
export const crashPayload = (number: number): Buffer => {
	const kind = number % 40;
	const size = kind === 0 ? 0 : kind === 1 ? 300_000 : kind === 2 ? 66_000 : (number * 37) % 3000;
	return Buffer.alloc(size, `payload ${number} `);
};

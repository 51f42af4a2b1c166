/** The payload sizes that there are targets for. */
export const SIZES = [
	{label: '200 B', bytes: 200},
	{label: '1 KiB', bytes: 1024},
	{label: '16 KiB', bytes: 16 * 1024},
	{label: '1 MiB', bytes: 1024 * 1024},
] as const;
/** For `Bench.isVariant`: small payloads and such as have a block of their own go other ways, the rest differs by size only. */
export const isVariantSize = (label: SizeLabel): boolean => label !== '1 KiB' && label !== '1 MiB';
export type SizeLabel = (typeof SIZES)[number]['label'];

/** How long a round of a raw limit lasts: long enough for some hundred fsyncs. */
export const roundMs = (scale: 'quick' | 'full'): number => (scale === 'quick' ? 5 : 600);

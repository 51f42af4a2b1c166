import {type Load, Producer} from './produce.js';

/** Entry point of a producer: `argv[2]` is its load as JSON; each message is a duration in ms, or
 * `warm-up`, and is answered with `Produced`. */
const producer = await Producer.open(JSON.parse(process.argv[2] ?? '') as Load);
process.on('message', (order: number | 'warm-up') => {
	(order === 'warm-up' ? producer.warmUp() : producer.produce(order)).then(
		produced => process.send?.({produced}),
		(error: unknown) => process.send?.({failure: String(error)}),
	);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

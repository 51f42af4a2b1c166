/** What the clocks of one place show, by the zone data that Node brings. */
export type TimeZone = {
	/** What its clocks are ahead of UTC at `instant`. */
	offsetMs(instant: number): number;
	/** When they were put forward or back, to the millisecond, if the offset differs at both ends. */
	changeBetween(from: number, to: number): number;
};

/** `GMT`, `GMT+02:00`, and before the zones were invented `GMT-00:44:30`. */
const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** `name` as Intl knows it; the configuration refuses others. */
export const timeZoneOf = (name: string): TimeZone => {
	const format = new Intl.DateTimeFormat('en-US', {timeZone: name, timeZoneName: 'longOffset'});
	const offsetMs = (instant: number): number => {
		const words = format.formatToParts(instant).find(({type}) => type === 'timeZoneName')?.value ?? '';
		const [, sign = '+', hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(words) ?? [];
		const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
		return sign === '-' ? -ms : ms;
	};
	return {
		offsetMs,
		changeBetween(from, to) {
			const former = offsetMs(from);
			let [before, after] = [Math.floor(from), Math.ceil(to)];
			while (after - before > 1) {
				const middle = Math.floor((before + after) / 2);
				if (offsetMs(middle) === former) {
					before = middle;
				} else {
					after = middle;
				}
			}
			return after;
		},
	};
};

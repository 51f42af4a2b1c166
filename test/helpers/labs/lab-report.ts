/** What a lab demands, and what it saw. */
export type Bar = {readonly bar: string; readonly is_met: boolean; readonly seen: unknown};
export const bar = (what: string, isMet: boolean, seen: unknown): Bar => ({bar: what, is_met: isMet, seen});

export type Scenario = {readonly scenario: string; readonly bars: readonly Bar[]};
export type LabReport = {
	readonly lab: string;
	readonly passed: boolean;
	readonly scenarios: readonly Scenario[];
};

/** Passed only if every bar of every scenario is met, and there is one at all. */
export const labReport = (lab: string, scenarios: readonly Scenario[]): LabReport => {
	const bars = scenarios.flatMap(scenario => scenario.bars);
	return {lab, passed: bars.length > 0 && bars.every(bar => bar.is_met), scenarios};
};

/** In words, for whoever asserts that there are none. */
export const missedBars = ({scenarios}: LabReport): readonly string[] =>
	scenarios.flatMap(({scenario, bars}) =>
		bars.filter(bar => !bar.is_met).map(({bar, seen}) => `${scenario}: ${bar}: ${JSON.stringify(seen)}`),
	);

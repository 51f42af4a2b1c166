import {EXIT, type ExitCode} from '../exit-codes.js';
import {counted, grouped} from '../text/numbers.js';
import type {Imported, ImportWork} from './plan-import.js';

export type Conclusion = {
	/** As the operator calls it. */
	readonly name: string;
	readonly isDry: boolean;
	readonly sum: Imported;
};

/** Says what came of an import. */
export const conclude = (
	{context: {output}, source: {format, manifest}, index, sending: {problems}}: ImportWork,
	{name, isDry, sum: {imported, present, conflict}}: Conclusion,
): ExitCode | undefined => {
	const failed = problems.count;
	const {lines: records, withoutPayload: without_payload, notSelected: not_selected} = index;
	output.answer(
		{
			source: name,
			format,
			node_id: manifest.node_id ?? null,
			dry_run: isDry,
			records,
			not_selected,
			[isDry ? 'would_import' : 'imported']: imported,
			present,
			conflict,
			without_payload,
			failed,
		},
		style => [
			isDry
				? `dry run: ${counted(imported, 'deadletter')} of ${name} would be imported, ${grouped(present)} here already; nothing was changed`
				: `imported ${counted(imported + present, 'deadletter')} from ${name}: ${grouped(imported)} new, ${grouped(present)} here already`,
			...(not_selected === 0 ? [] : [`  ${grouped(not_selected)} passed over: not asked for`]),
			...(without_payload === 0
				? []
				: [`  ${grouped(without_payload)} without payload in the export: nothing to import of them`]),
			...(conflict === 0
				? []
				: [style('warn', `  ${grouped(conflict)} left out: another segment has the id here`)]),
			...(failed === 0
				? []
				: [style('warn', `  ${grouped(failed)} left out: damaged or refused, as told above`)]),
		],
	);
	return failed + conflict > 0 ? EXIT.refused : undefined;
};

import {autonomyCommand} from '../../outbound/rollback.js';
import type {Result} from '../../rpc/contract/methods.js';
import type {WirePreview, WireRollback, WireRollbackChange} from '../../rpc/contract/rollback.js';
import {type Column, columns} from './columns.js';
import {fields} from './fields.js';
import {counted, grouped} from './numbers.js';
import type {Style} from './style.js';

/** `why`: the daemon could not be asked. */
export const previewText = (preview: WirePreview, why: string | undefined, style: Style): string[] => [
	...fields(
		`Rollback of ${preview.target}`,
		[
			['Safety Class', preview.safety_class],
			['Reversible', reversibleWords(preview)],
			['Orchestrated', preview.orchestrated ? `yes, by ${preview.executed_by} rollback execute` : 'no'],
			['Resource', preview.resource],
			['Strategies', preview.valid_strategies.join(', ') || 'none to choose'],
			['By Hand', preview.manual_path],
		],
		style,
	),
	...preview.strategies.flatMap(({name, does, undo}) => [
		`  ${style('strong', name)}: ${does}`,
		`    undo: ${undo}`,
	]),
	style('strong', 'When'),
	...preview.triggers.map(trigger => `  - ${trigger}`),
	style('strong', 'Limitations'),
	...preview.limitations.map(limitation => `  - ${limitation}`),
	...nowText(preview, why, style),
];

const reversibleWords = ({reversible, safety_class, executed_by}: WirePreview): string => {
	if (executed_by === 'edgectl') {
		return reversible ? 'yes, exactly: edgectl rollback execute --undo ROLLBACK-ID' : 'no';
	}
	return safety_class === 'reversible' ? 'yes' : 'no';
};

const nowText = ({target, now}: WirePreview, why: string | undefined, style: Style): string[] => {
	const heading = style('strong', 'Would Change Now');
	if (why !== undefined) {
		return [heading, `  ${style('warn', 'not known')}: ${why}`];
	}
	if (now === null) {
		return [heading, `  nothing of edged: the control plane does it. ${autonomyCommand(target)}`];
	}
	return [
		heading,
		...(now.changes.length === 0
			? ['  nothing: all of it is so already, or there is nothing of it']
			: columns([STRATEGY, ...CHANGE_COLUMNS], now.changes, style, '  ')),
		...(now.rollbacks.length === 0
			? []
			: [style('strong', 'Rollbacks'), ...columns(KEPT_COLUMNS, now.rollbacks, style, '  ')]),
	];
};

export const executedText = (answer: Result<'rollback.execute'>, style: Style): string[] => {
	const {rollback_id: id, target, strategy, reversible, changes, refused} = answer;
	return [
		`${id}: ${target} ${strategy} is done`,
		...(changes.length === 0
			? ['  nothing was changed: all of it was so already, or there was nothing of it']
			: columns(CHANGE_COLUMNS, changes, style, '  ')),
		...(refused === 0
			? []
			: [style('warn', `  ${counted(refused, 'record')} left alone: ${LEFT[strategy] ?? ''}`)]),
		...(reversible && changes.length > 0 ? [`Undo it with: edgectl rollback execute --undo ${id}`] : []),
	];
};

const LEFT: Readonly<Partial<Record<Result<'rollback.execute'>['strategy'], string>>> = {
	force: 'being sent',
	retry: 'the payload is gone',
};

export const undoneText = (answer: Result<'rollback.undo'>, style: Style): string[] => {
	const {rollback_id: id, target, strategy, undone, undone_at: at, restored, left} = answer;
	if (!undone) {
		return [
			at === null
				? `${id} has changed nothing: there is nothing to undo`
				: `${id} was undone before, at ${at}: nothing was changed`,
		];
	}
	return [
		`${id}: ${target} ${strategy} is undone${left.length === 0 ? '' : ' in part'}`,
		...columns(CHANGE_COLUMNS, restored, style, '  '),
		...left.map(
			({what, peer_id: peer, why}) =>
				`  ${style('warn', 'left as it is')}: ${what} of ${peer ?? 'all'}: ${why}`,
		),
	];
};

const STRATEGY: Column<WireRollbackChange & {readonly strategy: string}> = {
	title: 'STRATEGY',
	cell: ({strategy}) => strategy,
};

const CHANGE_COLUMNS: ReadonlyArray<Column<WireRollbackChange>> = [
	{title: 'PEER-ID', cell: ({peer_id: peer}) => peer ?? '(all)'},
	{
		title: 'WHAT',
		cell: ({what, records}) =>
			records === undefined ? what : `${grouped(records)} ${records === 1 ? 'record' : what}`,
	},
	{title: 'FROM', cell: ({from}) => from},
	{title: 'TO', cell: ({to}) => to},
];

const KEPT_COLUMNS: ReadonlyArray<Column<WireRollback>> = [
	{title: 'ROLLBACK-ID', cell: ({rollback_id: id}) => id},
	{title: 'STRATEGY', cell: ({strategy}) => strategy},
	{
		title: 'RESOURCE',
		cell: ({segment_id: segment, peer_id: peer}) =>
			segment === null ? (peer ?? '(all)') : `${segment}/${peer ?? ''}`,
	},
	{title: 'EXECUTED-AT', cell: ({executed_at: at}) => at},
	{title: 'OPERATOR', cell: ({operator}) => operator ?? '-'},
	{
		title: 'UNDO',
		cell: ({can_undo: canUndo, undone_at: at}) => (canUndo ? 'possible' : at === null ? '-' : `done ${at}`),
	},
	{title: 'REASON', cell: ({reason}) => reason},
];

import type {WireAgeShape, WireShape} from '../../rpc/contract/shape.js';
import {type Column, columns} from './columns.js';
import {grouped, humanBytes} from './numbers.js';
import type {Style} from './style.js';
import {humanSeconds} from './time.js';

/** Two lines a peer: records, and below them their bytes. The sum comes last, unless it is that of the only peer. */
export const shapeText = (shape: WireShape, style: Style): string[] => {
	const {peers, total} = shape;
	const lines = [
		...peers.flatMap(peer => linesOf(peer.peer_id, peer)),
		...(peers.length === 1 ? [] : linesOf('TOTAL', total)),
	];
	return columns([NAME, TOTAL, ...shape.borders_seconds.map(bucketColumn), OLDER(shape)], lines, style);
};

type Line = {readonly name: string; readonly ages: WireAgeShape; readonly unit: 'records' | 'bytes'};

/** What has nothing to tell needs no second line. */
const linesOf = (name: string, ages: WireAgeShape): Line[] => [
	{name, ages, unit: 'records'},
	...(ages.records === 0 ? [] : [{name: '', ages, unit: 'bytes'} as const]),
];

type Amount = {readonly records: number; readonly bytes: number};

const amount = ({unit}: Line, {records, bytes}: Amount = {records: 0, bytes: 0}): string =>
	records === 0 ? '-' : unit === 'records' ? grouped(records) : humanBytes(bytes);

const NAME: Column<Line> = {title: 'PEER-ID', cell: ({name}) => name};
const TOTAL: Column<Line> = {title: 'TOTAL', align: 'right', cell: line => amount(line, line.ages)};

const bucketColumn = (border: number, at: number): Column<Line> => ({
	title: `<${humanSeconds(border)}`,
	align: 'right',
	cell: line => amount(line, line.ages.buckets[at]),
});

const OLDER = ({borders_seconds: borders}: WireShape): Column<Line> => ({
	title: borders.length === 0 ? 'ALL' : `>${humanSeconds(borders.at(-1) ?? 0)}`,
	align: 'right',
	cell: line => amount(line, line.ages.buckets.at(-1)),
});

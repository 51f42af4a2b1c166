import type {WireEvent} from '../../rpc/contract/events.js';
import {counted, grouped} from './numbers.js';
import {printable} from './printable.js';

/** One line: when, what kind, of which peer, and what. */
export const eventText = (event: WireEvent): string => {
	const peer = 'peer_id' in event && event.peer_id !== undefined ? event.peer_id : '-';
	return printable(`${event.at}  ${event.kind.padEnd(KIND_WIDTH)}  ${peer}  ${words(event).trimEnd()}`);
};

const KIND_WIDTH = 'deadletter'.length;

const words = (event: WireEvent): string => {
	switch (event.kind) {
		case 'records':
			return recordsText(event);
		case 'link':
			return `${event.from} -> ${event.to}${event.error === undefined ? '' : `: ${event.error}`}${retry(event.retry_in_seconds)}`;
		case 'change':
			return [
				event.event,
				...of('by', event.operator),
				...of('because', event.reason),
				facts(event.facts),
			].join(' ');
		case 'deadletter':
			return `the first one; see: edgectl relay deadletter list --peer-id ${event.peer_id}`;
		case 'storage':
			return event.state === 'ok' ? 'the store writes again' : `the store cannot write: ${event.error ?? ''}`;
		case 'gap':
			return `${counted(event.lost, 'event')} missed: ${facts(event.kinds)}`;
	}
};

const recordsText = (event: Extract<WireEvent, {kind: 'records'}>): string => {
	const {from, to, reason, count, segment_ids: ids} = event;
	const more = ids.length > 0 && ids.length < count ? ', ...' : '';
	const named = ids.length === 0 ? '' : ` (${ids.join(', ')}${more})`;
	return `${from ?? 'new'} -> ${to ?? 'gone'}${reason === undefined ? '' : ` ${reason}`} ${grouped(count)}${named}`;
};

const retry = (seconds: number | undefined): string =>
	seconds === undefined ? '' : `, tried again in ${seconds} s`;

const of = (word: string, value: string | undefined): string[] =>
	value === undefined ? [] : [`${word} ${value}`];

const facts = (values: Readonly<Record<string, unknown>>): string =>
	Object.entries(values)
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
		.join(' ');

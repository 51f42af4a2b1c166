import {stringify} from 'smol-toml';
import type {CheckedConfig} from './config.js';
import type {PlainValue} from './field.js';
import {ingestValues} from './ingest.js';
import {peerValues} from './peers.js';
import type {Fields} from './section.js';
import {sections} from './sections.js';

type Show = (table: Fields, values: object) => Record<string, PlainValue>;

/** Everything that holds, defaults included, under the names and units of the file; without secrets. For machines: sizes in bytes. */
export const effectiveConfig = (config: CheckedConfig): Record<string, unknown> =>
	render(config, shown('toPlain'));

/** The same as a configuration file that would load again, were no secret taken out. */
export const effectiveToml = (config: CheckedConfig): string => stringify(render(config, shown('toText')));

const render = (config: CheckedConfig, show: Show): Record<string, unknown> => ({
	node: show(sections.node.fields, config.node),
	rpc: show(sections.rpc.fields, config.rpc),
	ingest: show(sections.ingest.fields, ingestValues(config.ingest)),
	admin: show(sections.admin.fields, config.admin),
	storage: show(sections.storage.fields, config.storage),
	relay: {
		...show(sections.relay.fields, config.relay),
		retry: show(sections['relay.retry'].fields, config.relay.retry),
		bandwidth: show(sections['relay.bandwidth'].fields, config.relay.bandwidth),
		deadletter: show(sections['relay.deadletter'].fields, config.relay.deadletter),
	},
	audit: show(sections.audit.fields, config.audit),
	peers: config.peers.map(peer => ({
		...show(sections.peers.fields, peerValues(peer)),
		...(peer.windows.length > 0 && {
			windows: peer.windows.map(window => show(sections['peers.windows'].fields, window)),
		}),
	})),
	spool: show(sections.spool.fields, config.spool),
});

/** Leaves out what `values` does not have: keys that mean nothing for the transport of a peer. */
const shown =
	(form: 'toPlain' | 'toText'): Show =>
	(fields, values) =>
		Object.fromEntries(
			Object.entries(fields)
				.filter(([name]) => name in values)
				.map(([name, kind]) => {
					const value: unknown = (values as Readonly<Record<string, unknown>>)[name];
					return [kind.key, kind[form]?.(value) ?? kind.toPlain(value)];
				}),
		);

import {z} from 'zod';
import {contract, type MethodName, type Result} from './contract/methods.js';

/** The OpenRPC document of the control plane, made from the schemas that check its calls. */
export const describeContract = (): Result<'rpc.discover'> => ({
	openrpc: '1.3.2',
	info: {
		title: 'edged control plane',
		version: '1',
		description: 'JSON-RPC 2.0 over a Unix socket, one document a line. Parameters by name.',
	},
	methods: (Object.keys(contract) as MethodName[]).map(describeMethod),
});

const describeMethod = (name: MethodName) => {
	const {summary, params, result} = contract[name];
	const schema = z.toJSONSchema(params, {io: 'input', reused: 'inline'});
	return {
		name,
		summary,
		paramStructure: 'by-name',
		params: [{name: 'params', schema}],
		result: {name: 'result', schema: z.toJSONSchema(result, {reused: 'inline'})},
	};
};

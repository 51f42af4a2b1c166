import test from 'ava';
import {z} from 'zod';
import {judgeAccess} from '../../../src/daemon/access/judge-access.js';
import type {Door} from '../../../src/rpc/caller.js';
import {contract, type MethodName} from '../../../src/rpc/contract/methods.js';

const METHODS = Object.keys(contract) as MethodName[];
const ANN = {uid: 1000, gid: 1000, pid: 77};
const RPC_SOCKET = '/run/edged/rpc.sock';

type Case = {
	readonly method?: MethodName;
	readonly params?: Readonly<Record<string, unknown>>;
	readonly door?: Door;
	readonly known?: boolean;
	readonly breakGlass?: boolean;
	readonly requireOperator?: boolean;
};

const judge = ({
	method = 'relay.pause',
	params = {},
	door = 'rpc',
	known = true,
	breakGlass = false,
	requireOperator = false,
}: Case) =>
	judgeAccess(
		{method, params, caller: {door, credentials: known ? ANN : undefined}, breakGlass},
		{requireOperator, rpcSocket: RPC_SOCKET},
	);

test('by the status socket everything may be read and nothing else is done, whatever is claimed', t => {
	for (const method of METHODS) {
		const judgement = judge({method, door: 'status', params: {operator: 'ann'}, breakGlass: true});
		const expected = contract[method].effect === 'read' ? 'allowed' : 'denied';
		t.is(judgement.kind, expected, method);
	}
});

test('who came by the wrong socket is told the right one', t => {
	const judgement = judge({door: 'status'});
	t.is(
		judgement.kind === 'denied' && judgement.why,
		`relay.pause is refused: this socket is for looking only; operators use ${RPC_SOCKET}`,
	);
});

test('by the status socket a record is shown, its payload is not', t => {
	const method = 'relay.inspect';
	t.is(judge({method, door: 'status', params: {payload: false}}).kind, 'allowed');
	t.is(judge({method, door: 'status', params: {payload: true}}).kind, 'denied');
	t.is(judge({method, door: 'status', params: {head_bytes: 1}}).kind, 'denied');
	t.is(judge({method, door: 'rpc', params: {head_bytes: 1}}).kind, 'allowed');
	t.is(judge({method, door: 'rpc', params: {payload: true}}).kind, 'allowed');
});

test('no other method that reads has a payload in its answer', t => {
	const reading = METHODS.filter(method => contract[method].effect === 'read');
	const giving = reading.filter(method =>
		/"payload_(?:base64|text|head|hex)/.test(
			JSON.stringify(z.toJSONSchema(contract[method].result, {unrepresentable: 'any'})),
		),
	);
	t.deepEqual(giving, ['relay.inspect']);
});

test("by the operator's socket everything is done while no name is asked for", t => {
	for (const method of METHODS) {
		t.is(judge({method}).kind, 'allowed', method);
	}
});

test('where a name is asked for, only acts of operators need one', t => {
	for (const method of METHODS) {
		const isAct = contract[method].effect === 'change';
		t.is(judge({method, requireOperator: true}).kind, isAct ? 'denied' : 'allowed', method);
	}
});

for (const [title, operator] of [
	['none', undefined],
	['the uid that edgectl sends by itself', 'uid:1000'],
	['a uid that could not be found', 'uid:unknown'],
	['blanks', '  '],
] as const) {
	test(`a name that is ${title} is no name`, t => {
		const judgement = judge({params: {operator}, requireOperator: true});
		t.is(judgement.kind, 'denied');
		t.regex(
			judgement.kind === 'denied' ? judgement.why : '',
			/--operator NAME or set AUTONOMY_OPERATOR.*EDGED_BREAK_GLASS=1/,
		);
	});
}

test('with a name it is done, with broken glass too, which is told apart', t => {
	t.deepEqual(judge({params: {operator: 'ann'}, requireOperator: true}), {kind: 'allowed', operator: 'ann'});
	t.deepEqual(judge({breakGlass: true, requireOperator: true}), {kind: 'break_glass', operator: 'uid:1000'});
});

test('glass that stands in nobody’s way is not broken', t => {
	t.is(judge({breakGlass: true}).kind, 'allowed');
	t.is(judge({breakGlass: true, params: {operator: 'ann'}, requireOperator: true}).kind, 'allowed');
	t.is(judge({breakGlass: true, method: 'relay.status', requireOperator: true}).kind, 'allowed');
});

test('who gives no name is known by the uid that the kernel says, not by the one he claims', t => {
	t.is(judge({params: {operator: 'uid:0'}}).operator, 'uid:1000');
	t.is(judge({}).operator, 'uid:1000');
	t.is(judge({known: false, params: {operator: 'uid:0'}}).operator, 'uid:0');
	t.is(judge({known: false}).operator, undefined);
	t.is(judge({params: {operator: 'ann'}}).operator, 'ann');
});

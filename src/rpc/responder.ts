import {isAscii, isUtf8} from 'node:buffer';
import {
	createJSONRPCSuccessResponse,
	type JSONRPCErrorResponse,
	type JSONRPCID,
	type JSONRPCRequest,
	type JSONRPCResponse,
	JSONRPCServer,
} from 'json-rpc-2.0';
import {EdgedError} from '../outbound/errors.js';
import type {Caller} from './caller.js';
import {checkParams} from './check-params.js';
import {contract, type MethodName} from './contract/methods.js';
import {changesSomething, type Gate, type GatedCall, type OnWrongCall, takeBreakGlass} from './gate.js';
import {shapeFault} from './json-shape.js';
import {MAX_BATCH} from './limits.js';
import type {Asker, Routes} from './routes.js';
import {
	internalErrorResponse,
	invalidRequestResponse,
	parseErrorResponse,
	refusalResponse,
} from './wire-errors.js';

/** Told of an error that nobody foresaw; returns the id under which the log has it. */
export type ReportFailure = (error: unknown, method: string) => string;

export type ResponderOptions = {
	readonly gate: Gate;
	readonly onWrongCall: OnWrongCall;
	readonly report: ReportFailure;
};

/** One line of input and how to answer it. */
export type Reading = {
	/** Requests in it, to count against the connection's limit; at least 1. */
	readonly requestCount: number;
	/** The reply line without its end; `undefined` when the line asked for none. Never rejects. */
	readonly reply: Promise<string | undefined>;
};

/** `checkParams` has made of the parameters what the route takes. */
type AnyRoute = (params: unknown, asker: Asker) => unknown;

/**
 * JSON-RPC 2.0 from line to line. json-rpc-2.0 finds the method and knows notifications; what it (1.8.1) gets wrong (batches of one,
 * `null`, methods and ids of wrong types, the text of unforeseen errors) is checked before it and mapped behind it.
 */
export class Responder {
	readonly #server = new JSONRPCServer<Asker>({errorListener: () => {}});
	readonly #options: ResponderOptions;

	constructor(routes: Routes, options: ResponderOptions) {
		this.#options = options;
		this.#server.mapErrorToJSONRPCErrorResponse = (id, error) => this.#failure(id, error, 'unknown');
		for (const method of Object.keys(contract) as MethodName[]) {
			this.#server.addMethodAdvanced(method, (request, asker) =>
				this.#call(routes[method] as AnyRoute, method, request, asker),
			);
		}
	}

	/** Begins what the line asks for, at once. `asker` is the connection it came on. */
	read(line: Buffer, asker: Asker): Reading {
		const fault = shapeFault(line);
		if (fault !== undefined) {
			return answered(this.#write(invalidRequestResponse(null, fault), ''));
		}
		const document = parse(line);
		if (document instanceof SyntaxError) {
			return answered(this.#write(parseErrorResponse(document.message), ''));
		}
		if (!Array.isArray(document)) {
			return {requestCount: 1, reply: this.#answer(document, asker)};
		}
		if (document.length === 0 || document.length > MAX_BATCH) {
			const why = `a batch holds 1 to ${MAX_BATCH} requests, not ${document.length}`;
			return answered(this.#write(invalidRequestResponse(null, why), ''));
		}
		return {requestCount: document.length, reply: this.#answerBatch(document, asker)};
	}

	/** Each reply is made text by itself: one that cannot be does not spoil the others. */
	async #answerBatch(documents: readonly unknown[], asker: Asker): Promise<string | undefined> {
		const replies = await Promise.all(documents.map(document => this.#answer(document, asker)));
		const given = replies.filter(reply => reply !== undefined);
		return given.length === 0 ? undefined : `[${given.join(',')}]`;
	}

	async #answer(document: unknown, asker: Asker): Promise<string | undefined> {
		const request = checkRequest(document);
		if ('error' in request) {
			return this.#write(request, '');
		}
		const response = await this.#server.receive(request, asker);
		return response === null ? undefined : this.#write(response, request.method);
	}

	async #call(
		route: AnyRoute,
		method: MethodName,
		{id, params}: JSONRPCRequest,
		asker: Asker,
	): Promise<JSONRPCResponse | null> {
		try {
			const admitted = this.#admit(method, params, asker);
			// What may begin at once does: lines are begun in the order in which they came.
			const result = await route(admitted instanceof Promise ? await admitted : admitted, asker);
			return id === undefined ? null : createJSONRPCSuccessResponse(id, result);
		} catch (error) {
			const response = this.#failure(id ?? null, error, method);
			return id === undefined ? null : response;
		}
	}

	#admit(method: MethodName, raw: unknown, {caller}: Asker): ReturnType<Gate> {
		const {params, breakGlass} = takeBreakGlass(method, raw);
		let checked: GatedCall['params'];
		try {
			checked = checkParams(method, params);
		} catch (error) {
			return this.#refuseWrong(method, {raw, caller}, error as EdgedError);
		}
		return this.#options.gate({method, params: checked, caller, breakGlass});
	}

	/** Who may not call the method at all by his door is told that, however he called it. Either is recorded. */
	async #refuseWrong(
		method: MethodName,
		{raw, caller}: {readonly raw: unknown; readonly caller: Caller},
		error: EdgedError,
	): Promise<never> {
		if (caller.door !== 'rpc') {
			await this.#options.gate({method, params: {}, caller, breakGlass: false});
		} else if (changesSomething(method)) {
			await this.#options.onWrongCall({method, raw, caller, error});
		}
		throw error;
	}

	#failure(id: JSONRPCID, error: unknown, method: string): JSONRPCErrorResponse {
		return error instanceof EdgedError
			? refusalResponse(id, error)
			: internalErrorResponse(id, this.#options.report(error, method));
	}

	#write(response: JSONRPCResponse, method: string): string {
		try {
			return JSON.stringify(response);
		} catch (error) {
			return JSON.stringify(internalErrorResponse(response.id, this.#options.report(error, method)));
		}
	}
}

const answered = (reply: string): Reading => ({requestCount: 1, reply: Promise.resolve(reply)});

/** The value of the line, or why it has none. */
const parse = (line: Buffer): unknown => {
	if (!isUtf8(line)) {
		return new SyntaxError('the line is not UTF-8');
	}
	try {
		// Decoding what is ASCII as Latin-1 is faster and gives the same text.
		return JSON.parse(line.toString(isAscii(line) ? 'latin1' : 'utf8'));
	} catch {
		// The engine's words quote the input, and differ from version to version.
		return new SyntaxError('the line is not JSON');
	}
};

/** The request in `document`, or the error that answers what is none. */
const checkRequest = (document: unknown): JSONRPCRequest | JSONRPCErrorResponse => {
	if (typeof document !== 'object' || document === null || Array.isArray(document)) {
		return invalidRequestResponse(null, 'not an object');
	}
	const {jsonrpc, id, method, params} = document as Readonly<Record<string, unknown>>;
	if (id !== undefined && !isId(id)) {
		return invalidRequestResponse(null, 'id must be a string, a number or null');
	}
	if (jsonrpc !== '2.0') {
		return invalidRequestResponse(id ?? null, 'jsonrpc must be "2.0"');
	}
	if (typeof method !== 'string') {
		return invalidRequestResponse(id ?? null, 'method must be a string');
	}
	return id === undefined ? {jsonrpc, method, params} : {jsonrpc, method, params, id};
};

const isId = (id: unknown): id is JSONRPCID =>
	id === null || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));

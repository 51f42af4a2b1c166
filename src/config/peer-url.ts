import path from 'node:path';
import {socketPathProblem} from './socket-path.js';

const UNIX = 'unix:';
const ALLOWED = '"https://HOST[:PORT]", "http://HOST[:PORT]" to this machine, or "unix:PATH"';
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The path in `unix:PATH`; `undefined` for every other URL. */
export const unixSocketOf = (url: string): string | undefined =>
	url.startsWith(UNIX) ? url.slice(UNIX.length) : undefined;

/** Makes the path of a `unix:` URL absolute; leaves others as they are. */
export const resolvePeerUrl = (url: string, directory: string): string => {
	const socket = unixSocketOf(url);
	return socket === undefined || socket === '' ? url : `${UNIX}${path.resolve(directory, socket)}`;
};

/** Why another edged cannot be reached by `url`: only `https://` leaves this machine; `undefined` when it can. */
export const edgedUrlProblem = (url: string): string | undefined => {
	const socket = unixSocketOf(url);
	if (socket !== undefined) {
		return socket === '' ? `must be ${ALLOWED}` : socketPathProblem(socket);
	}
	const parsed = parse(url);
	if (parsed === undefined || parsed.search !== '' || parsed.hash !== '') {
		return `must be ${ALLOWED}`;
	}
	if (parsed.username !== '' || parsed.password !== '') {
		return 'must name no user: another edged knows this one by its certificate';
	}
	if (parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname)) {
		return 'must be https:// to another machine: plain http is for this one only';
	}
	return undefined;
};

/** Why a web endpoint cannot be reached by `url`; `undefined` when it can. */
export const webUrlProblem = (url: string): string | undefined => {
	const parsed = parse(url);
	if (parsed === undefined || parsed.hash !== '') {
		return 'must be "https://[USER:PASSWORD@]HOST[:PORT]/PATH" or the same with http://';
	}
	const user = decoded(parsed.username);
	if (user === undefined || decoded(parsed.password) === undefined) {
		return 'must have user and password percent-encoded (RFC 3986)';
	}
	return user.includes(':') ? 'must name a user without a colon: a password begins there' : undefined;
};

const decoded = (text: string): string | undefined => {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
};

/** `new URL` also takes `http:host` and `http:/host`, which nobody means to write. */
const parse = (url: string): URL | undefined =>
	/^https?:\/\/[^/]/.test(url) && URL.canParse(url) ? new URL(url) : undefined;

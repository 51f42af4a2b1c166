export type Endpoint = {
	/** Without user and password. */
	readonly origin: string;
	readonly host: string;
	/** With the query. */
	readonly path: string;
	/** Basic (RFC 7617), of the user and the password in the URL. A secret. */
	readonly authorization: string | undefined;
};

/** The parts of a URL that passed `webUrlProblem`. */
export const endpointOf = (url: string): Endpoint => {
	const {origin, host, pathname, search, username, password} = new URL(url);
	const hasUser = username !== '' || password !== '';
	return {
		origin,
		host,
		path: `${pathname}${search}`,
		authorization: hasUser ? basic(decodeURIComponent(username), decodeURIComponent(password)) : undefined,
	};
};

const basic = (user: string, password: string): string =>
	`Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

/** What the head of a `POST` takes on the wire, with what undici adds. */
export const headBytesOf = (path: string, host: string, headers: Readonly<Record<string, string>>): number =>
	Object.entries(headers).reduce(
		(bytes, [name, value]) => bytes + name.length + value.length + ': \r\n'.length,
		`POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n\r\n`.length,
	);

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

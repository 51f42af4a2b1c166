/** What the head of a `POST` takes on the wire, with what undici adds. */
export const headBytesOf = (path: string, host: string, headers: Readonly<Record<string, string>>): number =>
	Object.entries(headers).reduce(
		(bytes, [name, value]) => bytes + name.length + value.length + ': \r\n'.length,
		`POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n\r\n`.length,
	);

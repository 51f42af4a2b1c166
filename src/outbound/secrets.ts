/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Names whose value is a secret wherever it appears: `token`, `auth_token`, `proxy-authorization`, `apiKey`. Not `available_tokens`. */
const SECRET_NAME =
	/(?:token|password|passwd|passphrase|secret|authorization|cookie|credentials?|(?:api|private|access)[_-]?key)$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** The user information of a URL reaches to the last `@` before the path (WHATWG URL standard, authority state). */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"\\]*@/gi;

/**
 * A parameter of a query whose name says that it is a secret, up to its value. Wherever it stands: peers and proxies repeat a path
 * without its host (`Cannot POST /hook?token=...`).
 */
const QUERY_SECRET =
	/([?&](?:[\w.%-]*(?:token|password|passwd|passphrase|secret|authorization|credentials?|signature|key)|(?:x-)?(?:code|auth|pass|pwd|sig|sas|jwt|sid|session(?:id)?))=)[^\s&"#<>\\]+/gi;

/** `text` with user and password, and what looks like a secret in the query, taken out of every URL in it; anything else stays as it is. */
export const withoutUrlCredentials = (text: string): string =>
	text.replace(URL_CREDENTIALS, `$1${REDACTED}@`).replace(QUERY_SECRET, `$1${REDACTED}`);

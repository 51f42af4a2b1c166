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

/** `text` with user and password, and what looks like a secret in the query or in the path of a webhook, taken out of every URL in it; anything else stays as it is. */
export const withoutUrlCredentials = (text: string): string =>
	withoutWebhookSecrets(
		text.replace(URL_CREDENTIALS, `$1${REDACTED}@`).replace(QUERY_SECRET, `$1${REDACTED}`),
	);

/** What of a path must be there for one of the following; cheap to look for. */
const WEBHOOK_HINT = /hook|services|bot\d|with\\{0,8}\/key/i;
/** `/`, also as JSON may write it. */
const SLASH = String.raw`\\{0,8}\/`;
const REST = String.raw`(?:[^\s?#"'<>\\]|\\{1,8}\/){1,4096}`;
/** Whose path is all secret: Slack, also without the host, as peers repeat it. */
const SLACK = new RegExp(
	String.raw`(hooks\.slack(?:-gov)?\.com${SLASH}[a-z]{1,20}${SLASH}|${SLASH}services${SLASH}(?=T[A-Z0-9]{6,20}${SLASH}B))${REST}`,
	'gi',
);
/** `/hooks/...`, `/api/webhooks/...`, `/webhookb2/...`: Discord, Teams, Mattermost, Zapier and most others. */
const WEBHOOK = new RegExp(`(${SLASH}(?:web)?hooks?(?:b2)?${SLASH})(${REST})`, 'gi');
/** Telegram, IFTTT. */
const IN_PATH = new RegExp(
	String.raw`(${SLASH}bot\d{5,20}:|${SLASH}with${SLASH}key${SLASH})[\w-]{8,256}`,
	'gi',
);

/** Behind `/hooks/` a part so long, with digits in it, is no name. */
const looksMade = (part: string): boolean => part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part);

/** What lets anybody post to a webhook stands in its path. */
export const withoutWebhookSecrets = (text: string): string =>
	WEBHOOK_HINT.test(text)
		? text
				.replace(SLACK, `$1${REDACTED}`)
				.replace(WEBHOOK, (all: string, begin: string, rest: string) =>
					rest.split(/[/@]/).some(looksMade) ? `${begin}${REDACTED}` : all,
				)
				.replace(IN_PATH, `$1${REDACTED}`)
		: text;

import {REDACTED} from '../../outbound/secrets.js';
import {namesSecret} from './secret-names.js';

/** `text` without what is a secret by its looks, wherever it stands. Every pattern is bounded: a log line may be anything. */
export const withoutTokens = (text: string): string => {
	let clean = text;
	for (const [hint, pattern, replace] of SHAPES) {
		if (hint.test(clean)) {
			clean = clean.replace(pattern, replace as string);
		}
	}
	return clean;
};

type Replacement = string | ((...parts: string[]) => string);

/** Names of a query that mean a secret there and nothing elsewhere. */
const QUERY_NAMES =
	/^(?:x-)?(?:code|auth|pass|pwd|sig|sas|jwt|sid|session(?:id)?|signature)$|(?:-|_)signature$/i;

/** What must be there, which is cheap to look for; what is looked for; what comes in its place. */
const SHAPES: ReadonlyArray<readonly [RegExp, RegExp, Replacement]> = [
	// User and password of a URL, up to the last @ before the path; also with \/ as JSON may write it, and percent-encoded.
	[/@/, /\b([a-z][a-z0-9+.-]{0,30}:(?:\\?\/){2})[^\s/?#"'`<>\\]{0,1024}@/gi, `$1${REDACTED}@`],
	// A password in which somebody forgot to encode a slash.
	[
		/@/,
		/\b([a-z][a-z0-9+.-]{0,30}:(?:\\?\/){2})[^\s/?#"'`<>\\@:]{1,256}:[^\s"'`<>\\@]{1,512}@/gi,
		`$1${REDACTED}@`,
	],
	[/%40/, /\b([a-z][a-z0-9+.-]{0,30}%3a(?:%2f){2})[^\s/?#&"'`<>\\]{1,1024}?%40/gi, `$1${REDACTED}%40`],
	// user:password@host without a scheme.
	[/@/, /(?<![\w/.-])([\w.-]{1,64}):([^\s:@/"'`<>\\\][]{3,256})@(?=[\w[])/g, `$1:${REDACTED}@`],
	// `curl -u user:password`, `--proxy-user`.
	[
		/-u|-user/,
		/(?<![^\s"'`(])(-u|--(?:proxy-)?user)([ \t=]{1,4}["']?)([\w.@-]{1,64}):([^\s"'`]{1,256})/g,
		`$1$2$3:${REDACTED}`,
	],
	[
		/[?&;]/,
		/([?&;])([\w.%[\]-]{1,64})=([^\s&"'`#<>\\;]{1,8192})/g,
		(all, mark, name, value) =>
			(QUERY_NAMES.test(name ?? '') || namesSecret(name ?? '')) && value !== REDACTED
				? `${mark}${name}=${REDACTED}`
				: (all ?? ''),
	],
	[
		/bearer|basic|digest|negotiate|apikey/i,
		/\b(bearer|basic|digest|negotiate|apikey)([ \t]{1,4}|%20|\+)([\w.~+/=-]{6,8192})/gi,
		(all, scheme, gap, token) => (isWord(token ?? '') ? (all ?? '') : `${scheme}${gap}${REDACTED}`),
	],
	// A JSON web token.
	[/ey[IJ]/, /\bey[IJ][\w-]{6,8192}(?:\.[\w-]{0,8192}){1,4}/g, REDACTED],
	// Keys that say whose they are.
	[/A[A-Z]{3}[A-Z0-9]{12}/, /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{12,24}\b/g, REDACTED],
	[
		/gh[pousr]_|github_pat_|glpat-/,
		/\bgh[pousr]_[A-Za-z0-9]{16,255}|\bgithub_pat_\w{16,255}|\bglpat-[\w-]{16,255}/g,
		REDACTED,
	],
	[
		/xox|[rs]k_|npm_/,
		/\bxox[a-z]-[\w-]{8,255}|\b[sr]k_(?:live|test)_\w{8,255}|\bnpm_[A-Za-z0-9]{30,60}/g,
		REDACTED,
	],
	[
		/AIza|ya29|AGE-SECRET/,
		/\bAIza[\w-]{30,45}|\bya29\.[\w-]{16,2048}|\bAGE-SECRET-KEY-1[A-Z0-9]{20,80}/g,
		REDACTED,
	],
	// A long run of letters of both cases and digits is a key, a body or a digest in base64: no id and no number is.
	[
		/[A-Za-z0-9+/]{40}/,
		/(?<![\w+/.-])[A-Za-z0-9+/]{40,8192}={0,2}/g,
		run => (/[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) ? REDACTED : run),
	],
];

/** `Basic authentication`, `bearer tokens`: prose. */
const isWord = (token: string): boolean => /^[a-z]{1,16}[.,]?$/.test(token) || token === REDACTED;

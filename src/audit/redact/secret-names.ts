/** Whether what stands under `name` is a secret: `password`, `proxy-authorization`, `apiKey`, `db_passwd_2`. Not `key_file`, `public_key`. */
export const namesSecret = (name: string): boolean => {
	if (!HINT.test(name) || MADE_ID.test(name)) {
		return false;
	}
	const words = wordsOf(name);
	const last = words.at(-1) ?? '';
	if (HARMLESS_ENDS.has(last)) {
		return false;
	}
	if (STRONG.test(words.join(''))) {
		return true;
	}
	return words.some(word => WEAK.has(word)) || (KEYS.has(last) && !HARMLESS_KEYS.has(words.at(-2) ?? ''));
};

/** `available_tokens`: what is counted is no secret, if it is a number. */
export const namesCount = (name: string): boolean => /tokens$/i.test(name);

/** Where in a text a name may stand that `namesSecret` knows. Global: give it `lastIndex` yourself. */
export const nameHint = (): RegExp => new RegExp(HINT, 'gi');

/** Anything can stand in it. */
const MADE_ID = /^seg-[a-z2-7]{20}$/;
const HINT = /pass|pwd|\bpw\b|signature|secret|credential|token|authori[sz]ation|cookie|key|salt|jwt|bearer/i;

const STRONG =
	/password|passwd|passphrase|passcode|secret|credential|authorization|authorisation|token|signature|apikey|privatekey|accesskey|cookie/;
const WEAK: ReadonlySet<string> = new Set(['pass', 'pwd', 'pw', 'salt', 'jwt', 'bearer']);
const KEYS: ReadonlySet<string> = new Set(['key', 'keys']);
const HARMLESS_KEYS: ReadonlySet<string> = new Set(['public', 'idempotency', 'primary', 'unknown']);
/** Where a secret lies, how many, of which kind: not the secret. */
const HARMLESS_ENDS: ReadonlySet<string> = new Set(
	'file path dir directory type count seconds ms bytes length size at expiry expires'.split(' '),
);

const wordsOf = (name: string): string[] =>
	name
		.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^a-z]+/)
		.filter(word => word !== '');

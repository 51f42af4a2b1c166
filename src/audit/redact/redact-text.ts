import {withoutWebhookSecrets} from '../../outbound/secrets.js';
import {withoutNamedSecrets} from './named-values.js';
import {withoutPem} from './pem-blocks.js';
import {withoutTokens} from './token-shapes.js';

/** `text` without secrets, as far as they can be told by their name, their place or their looks. Done twice it changes nothing more. */
export const redactText = (text: string): string => redactLine(withoutPem(text));

/** The same for a piece of text of which PEM blocks were taken out as a whole. */
export const redactLine = (text: string): string =>
	withoutWebhookSecrets(withoutTokens(withoutNamedSecrets(text)));

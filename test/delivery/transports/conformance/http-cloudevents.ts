import {conformance} from '../../../helpers/conformance/conformance.js';
import {cloudEventsSubject} from '../../../helpers/conformance/subjects.js';

conformance(cloudEventsSubject);

import {conformance} from '../../../helpers/conformance/conformance.js';
import {rawSubject} from '../../../helpers/conformance/subjects.js';

conformance(rawSubject);

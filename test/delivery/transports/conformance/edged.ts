import {conformance} from '../../../helpers/conformance/conformance.js';
import {edgedSubject} from '../../../helpers/conformance/subjects.js';

conformance(edgedSubject);

import {conformance} from '../../../helpers/conformance/conformance.js';
import {directorySubject} from '../../../helpers/conformance/directory-subject.js';

conformance(directorySubject);

import test from 'ava';
import {matchesModel} from '../../helpers/model/matches-model.js';

for (const peerCount of [1, 2, 3]) {
	test.serial(matchesModel, {peerCount, condition: 'all_peers', room: 'ample'});
}

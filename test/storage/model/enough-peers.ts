import test from 'ava';
import {matchesModel} from '../../helpers/model/matches-model.js';

test.serial(matchesModel, {peerCount: 2, condition: 'one_peer', room: 'ample'});
test.serial(matchesModel, {peerCount: 3, condition: 'one_peer', room: 'ample'});
test.serial(matchesModel, {peerCount: 3, condition: 2, room: 'ample'});

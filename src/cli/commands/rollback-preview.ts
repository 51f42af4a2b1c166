import {
	RELAY_TARGETS,
	ROLLBACK_TARGETS,
	type RollbackTarget,
	rollbackFacts,
} from '../../outbound/rollback.js';
import {CallTimedOut, DaemonUnreachable} from '../../rpc/client-errors.js';
import type {WirePreview} from '../../rpc/contract/rollback.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {toFailure, UsageError} from '../failure.js';
import {given} from '../given.js';
import {option} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {NO_RESOURCE, type Resource, resourceOf} from '../rollback-resource.js';
import {previewText} from '../text/rollback.js';

const NAME = 'rollback preview';

export const rollbackPreview = command({
	name: NAME,
	help: 'What a rollback is, and what it would change now; changes nothing',
	details:
		'Safety class, strategies, when to use it and its limits; then what each strategy would change now, and which rollbacks can be undone. The first part needs no daemon. rollout_plan, rollout_stage and ha_leader_resign belong to the control plane: they are explained only.',
	examples: [
		`edgectl ${NAME} --target relay_suspend`,
		`edgectl ${NAME} --target relay_deadletter --resource seg-1/hub`,
		`edgectl ${NAME} --target rollout_plan`,
	],
	options: {
		target: option(
			'--target <TARGET>',
			`one of ${ROLLBACK_TARGETS.join(', ')}`,
			readChoice(ROLLBACK_TARGETS),
		),
		resource: option('--resource <R>', 'PEER-ID, or SEGMENT-ID/PEER-ID of a deadletter', readLine),
		segment: option('--segment-id <S>', 'the segment, with --peer-id', readSegmentId),
		peer: option('--peer-id <P>', 'this peer alone', readPeerId),
	},
	async run(context, {target, ...named}) {
		if (target === undefined) {
			throw new UsageError(`Name --target, one of ${ROLLBACK_TARGETS.join(', ')}`, NAME);
		}
		const isOurs = (RELAY_TARGETS as readonly RollbackTarget[]).includes(target);
		const resource = isOurs ? resourceOf(target, named, NAME) : NO_RESOURCE;
		const {preview, why} = isOurs ? await ask(context, target, resource) : {preview: known(target)};
		context.output.answer(preview, style => previewText(preview, why, style));
		if (why !== undefined && context.output.format === 'json') {
			context.output.complain(why);
		}
		return undefined;
	},
});

/** An operator who cannot reach the daemon must be able to read what he is about to do. */
const ask = async (
	{call}: CommandContext,
	target: RollbackTarget,
	resource: Resource,
): Promise<{readonly preview: WirePreview; readonly why?: string}> => {
	try {
		return {preview: await call('rollback.preview', {target, ...given(resource)})};
	} catch (error) {
		if (!(error instanceof DaemonUnreachable || error instanceof CallTimedOut)) {
			throw error;
		}
		return {preview: known(target), why: toFailure(error)?.message ?? error.message};
	}
};

const known = (target: RollbackTarget): WirePreview => ({...rollbackFacts(target), now: null});

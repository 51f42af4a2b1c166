import test from 'ava';
import type {AuditJournal} from '../../../src/daemon/audit/audit-journal.js';
import {JournalStage, Steps} from '../../helpers/audit/journal-stage.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

/** What the world has seen of a run that was ended somewhere. */
class World {
	/** Acts that took effect. */
	readonly done = new Set<string>();
	/** Acts whose callers were answered. */
	readonly answered = new Set<string>();
	readonly refused = new Set<string>();
}

const act = async (stage: JournalStage, journal: AuditJournal, name: string, world: World): Promise<void> => {
	const begun = await journal.begin({...stage.event(name), outcome: 'pending'}, 'refuse');
	if (name.startsWith('refused')) {
		await journal.end(begun, {...stage.event(name), outcome: 'failure'});
		world.refused.add(name);
		return;
	}
	world.done.add(name);
	await new Promise(resolve => setImmediate(resolve)); // The act itself takes its time.
	await journal.end(begun, stage.event(name));
	world.answered.add(name);
};

/** One after the other, and many at once, over midnight. */
const live = async (stage: JournalStage, steps: Steps, world: World): Promise<void> => {
	const {journal} = await stage.open(steps);
	await journal.note(stage.event('daemon.started'));
	await act(stage, journal, 'first', world);
	await Promise.all(['a', 'b', 'refused c', 'd'].map(name => act(stage, journal, name, world)));
	stage.clock.advance(86_400_000);
	await act(stage, journal, 'next day', world);
	await Promise.all(['e', 'f'].map(name => act(stage, journal, name, world)));
	await journal.stop(stage.event('daemon.stopped'));
};

const inNoOrder = (names: Iterable<string>): string[] => [...names].sort();

for (const how of ['before', 'half'] as const) {
	test(`whichever step a run is ended ${how === 'half' ? 'in the middle of' : 'before'}, no act that took effect is missing, and none is told twice`, async t => {
		const whole = new Steps();
		await live(new JournalStage(await temporaryDirectory(t)), whole, new World());
		t.true(whole.count > 20, `${whole.count} steps`);
		let pendings = 0;
		for (let last = 0; last < whole.count; last++) {
			const stage = new JournalStage(await temporaryDirectory(t));
			const steps = new Steps(last, how);
			const world = new World();
			await Promise.race([live(stage, steps, world), steps.dead]);

			const {journal} = await stage.open();
			await journal.close();

			const lines = readChain(stage.directory);
			const told = (outcome: string) =>
				lines.filter(line => line.outcome === outcome).map(line => line.event_name);
			for (const name of world.answered) {
				t.true(told('success').includes(name), `step ${last}: ${name} was answered`);
			}
			for (const name of world.done) {
				t.true([...told('success'), ...told('pending')].includes(name), `step ${last}: ${name} was done`);
			}
			for (const name of world.refused) {
				t.true(told('failure').includes(name), `step ${last}: ${name}`);
			}
			const acts = lines.flatMap(({act: number}) => number ?? []);
			t.deepEqual(
				inNoOrder(acts.map(String)),
				inNoOrder(new Set(acts.map(String))),
				`step ${last}: no act twice`,
			);
			pendings += told('pending').length;

			const next = await stage.open();
			t.is(next.found.pending, 0, `step ${last}: what was pending is told once`);
			t.is(next.found.damage, undefined, `step ${last}`);
			t.is(next.found.unfinishedBytes, 0, `step ${last}`);
			await next.journal.close();
		}
		t.true(pendings > 10, `${pendings} acts were pending`);
	});
}

import type { User } from '#main/horde/users/index.ts';
import { maintenanceText, type WorkerOrigin } from '#main/horde/workers/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { makesPicture } from '#shared/horde/alchemy/forms.ts';
import type { AlchemyPopAnswer, AlchemyPopForm, AlchemyPopInput } from '#shared/horde/alchemy/schema.ts';
import { formTtlSeconds } from '#shared/horde/alchemy/states.ts';
import { agentOf } from '#shared/horde/common/agent.ts';
import { countUntrusted, findCandidates, type Wanted } from './candidates.ts';
import { issueDecoy } from './decoys.ts';
import { type AlchemyOptions, sourceKey } from './ports.ts';
import { type FormRow, takeForms, type Taker } from './units.ts';

export interface AlchemyPops {
  /** Hands out forms to a worker, registering it at its first pop. @throws ProblemError of `api.md` 5.3 */
  pop(
    input: AlchemyPopInput,
    authenticate: () => Promise<User>,
    connection: WorkerOrigin & { readonly base: string },
  ): Promise<AlchemyPopAnswer>;
}

/** Forms that one pop hands out at most, whatever it asks for (`queue.md` 0.4). */
const maxAmount = 100;
/** How often a pop looks again when others took everything that it had found. */
const maxLooks = 3;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Finds forms for alchemists (`queue.md` 3.6). */
export function createAlchemyPops(options: AlchemyOptions): AlchemyPops {
  const { db, workers, images, clock } = options;

  const take = async (wanted: Omit<Wanted, 'now'> & { worker: Taker }): Promise<FormRow[]> => {
    for (let look = 0; look < maxLooks; look += 1) {
      const now = clock();
      const found = await findCandidates(db, { ...wanted, now });
      if (found.length === 0) return [];
      const { worker, amount } = wanted;
      const taken = await db.write(() => takeForms(db.query, found, { worker, amount, now }));
      if (taken.length > 0) return taken;
    }
    return [];
  };
  const shown = (form: FormRow, base: string): AlchemyPopForm => ({
    id: form.id,
    form: form.name,
    // Only `insertAlchemyRequest` makes this column, of texts.
    ...(form.payload === null ? {} : { payload: JSON.parse(form.payload) as Record<string, string> }),
    source_image: images.downloadLink(base, 'source', sourceKey(form.request_id)),
    ...(makesPicture(form.name) ? { r2_upload: images.uploadLink(base, form.id, formTtlSeconds) } : {}),
  });

  return {
    pop: async (input, authenticate, { base, ...origin }) => {
      const prioritised = (input.priority_usernames ?? []).flatMap(userIdOf);
      const owner = await authenticate();
      options.agents?.refuse(agentOf(input.bridge_agent));
      const worker = await workers.checkIn('interrogation', input, owner, origin);
      const forms = [...new Set(input.forms ?? [])];
      const amount = Math.min(maxAmount, Math.max(1, input.amount ?? 1));
      const taken = await take({ worker, forms, prioritised, amount });
      if (taken.length > 0) return { forms: taken.map((form) => shown(form, base)), skipped: {} };
      if (worker.isInMaintenance) {
        throw problem(403, 'WorkerMaintenance', maintenanceText(worker.maintenanceMessage));
      }
      const decoy = worker.isPaused ? await issueDecoy(options, { worker, forms }, base) : undefined;
      if (decoy) return { forms: [decoy], skipped: {} };
      const untrusted = await countUntrusted(db, worker, forms);
      return { forms: null, skipped: untrusted > 0 ? { untrusted } : {} };
    },
  };
}

/** The number after the last `#`; what is no number is nobody (`api.md` 5.3). @throws ProblemError 400 `BadRequest` */
function userIdOf(name: string): number[] {
  const at = name.lastIndexOf('#');
  if (at === -1) throw problem(400, 'BadRequest', `'${name}' is not alias#number.`);
  const id = name.slice(at + 1);
  return /^[0-9]{1,10}$/.test(id) ? [Number(id)] : [];
}

import { smallPicture } from '../scenes.ts';
import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import { asObject, type World } from '../world.ts';

const unknownRequest = refusal(404, 'RequestNotFound');
const onlyOwner = refusal(403, 'WrongCredentials');

const bodyOf = async (forms: readonly string[] = ['caption']) => ({
  forms: forms.map((name) => ({ name })),
  source_image: await smallPicture(),
});
const offerOf = (world: World) => ({ name: world.name('alchemist'), forms: ['caption'], amount: 1 });

async function request(world: World): Promise<string> {
  const { key } = await world.account();
  const made = await world.do('POST /interrogate/async', { key, body: await bodyOf() });
  return String(made['id']);
}

/** A form at work with a worker of its own: whoever pops takes the oldest that waits, whosever it is. */
async function form(world: World): Promise<{ formId: string; key: string }> {
  await request(world);
  const { key } = await world.account();
  const taken = await world.do('POST /interrogate/pop', { key, body: offerOf(world) });
  const forms: unknown = taken['forms'];
  const [first]: unknown[] = Array.isArray(forms) ? forms : [];
  return { formId: String(asObject(first)['id']), key };
}

/** Alchemy (`api.md` 5.3). */
export const alchemy: readonly OperationSpec[] = [
  {
    operation: 'POST /interrogate/async',
    sample: async () => ({ as: 'plain', body: await bodyOf() }),
    success: { status: 202, has: ['id'] },
    refused: { nobody: noKey, stranger: wrongKey, deleted: refusal(403, 'DeletedUser') },
    extras: [
      {
        says: 'refuses a picture that is none',
        call: () => ({
          as: 'plain',
          body: { forms: [{ name: 'caption' }], source_image: 'bm8gcGljdHVyZQ==' },
        }),
        expect: refusal(400, 'ImageValidationFailed'),
      },
      {
        says: 'fetches nothing while that is off',
        call: () => ({
          as: 'plain',
          body: { forms: [{ name: 'caption' }], source_image: 'https://pictures.example/a.webp' },
        }),
        expect: refusal(400, 'SourceImageUrlInvalid'),
      },
      {
        says: 'refuses a form that there is not',
        call: async () => ({ as: 'plain', body: await bodyOf(['unknown']) }),
        expect: { status: 400, errors: ['forms.0.name'] },
      },
    ],
  },
  {
    operation: 'GET /interrogate/status/{id}',
    sample: async (world) => ({ path: { id: await request(world) } }),
    success: { status: 200, has: ['state', 'forms'], like: { forms: [{ form: 'caption' }] } },
    unknown: { id: unknownRequest },
  },
  {
    operation: 'DELETE /interrogate/status/{id}',
    sample: async (world) => ({ path: { id: await request(world) } }),
    success: { status: 200, has: ['state', 'forms'], like: { forms: [{ state: 'cancelled' }] } },
    unknown: { id: unknownRequest },
  },
  {
    operation: 'POST /interrogate/pop',
    sample: async (world) => {
      await request(world);
      return { key: (await world.account()).key, body: offerOf(world) };
    },
    success: { status: 200, has: ['forms', 'skipped'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(403, 'AnonForbiddenWorker'),
      flagged: refusal(403, 'WorkerFlaggedMaintenance'),
      deleted: refusal(403, 'DeletedUser'),
    },
  },
  {
    operation: 'POST /interrogate/submit',
    sample: async (world) => {
      const { formId, key } = await form(world);
      return { key, body: { id: formId, result: { caption: 'a blue square' }, state: 'ok' } };
    },
    success: { status: 200, has: ['reward'] },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: onlyOwner,
      plain: onlyOwner,
      trusted: onlyOwner,
      moderator: onlyOwner,
      admin: onlyOwner,
    },
    extras: [
      {
        says: 'refuses a form that there is not',
        call: () => ({
          as: 'plain',
          body: { id: '00000000-0000-4000-8000-000000000000', result: { caption: 'nothing' }, state: 'ok' },
        }),
        expect: refusal(404, 'InvalidJobID'),
      },
    ],
  },
];

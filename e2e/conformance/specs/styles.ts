import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

type Kind = 'image' | 'text';

const keys = ['id', 'name', 'info', 'prompt', 'public', 'nsfw', 'tags', 'models', 'use_count', 'creator'];
const prompts = { image: '{p} in oil{np}', text: 'Tell of {p}' };
const notFound = refusal(404, 'StyleNotFound');
const notOwner = refusal(403, 'Forbidden');
const forCustomizers = refusal(403, 'StylesRequiresCustomizer');

const bodyOf = (world: World, kind: Kind) => ({
  name: world.name(`${kind} style`),
  info: 'a style for a test',
  prompt: prompts[kind],
  models: ['a model'],
  tags: ['test'],
});

/** A style of an account of its own. */
export async function styleOf(world: World, kind: Kind): Promise<{ key: string; id: string; name: string }> {
  const { key } = await world.account({ customizer: true });
  const body = bodyOf(world, kind);
  const made = await world.do(`POST /styles/${kind}`, { key, body });
  return { key, id: String(made['id']), name: body.name };
}

const sampleOf = (kind: Kind, body?: object) => async (world: World) => {
  const { key, id } = await styleOf(world, kind);
  return { key, path: { style_id: id }, ...(body ? { body } : {}) };
};

function specsOf(kind: Kind): readonly OperationSpec[] {
  const unknown = { style_id: refusal(404, `${kind === 'image' ? 'Image' : 'Text'} styleNotFound`) };
  const refused = (says: string, status: number, rc: string | undefined, body: object) => ({
    says,
    call: (world: World) => ({ as: 'trusted' as const, body: { ...bodyOf(world, kind), ...body } }),
    expect: rc === undefined ? { status, errors: Object.keys(body) } : refusal(status, rc),
  });
  return [
    {
      operation: `GET /styles/${kind}`,
      sample: async (world) => {
        await styleOf(world, kind);
        return { query: { sort: 'age' } };
      },
      success: { status: 200, has: keys },
      extras: [
        {
          says: 'refuses another order',
          call: () => ({ query: { sort: 'other' } }),
          expect: refusal(400, 'BadRequest'),
        },
        {
          says: 'filters by tag',
          call: () => ({ query: { tag: 'nothing' } }),
          expect: { status: 200, like: [] },
        },
      ],
    },
    {
      operation: `POST /styles/${kind}`,
      sample: (world) => ({ as: 'trusted', body: bodyOf(world, kind) }),
      success: { status: 200, has: ['id', 'message'] },
      refused: { nobody: noKey, stranger: wrongKey, anonymous: forCustomizers, plain: forCustomizers },
      extras: [
        refused('refuses a style without models', 400, 'BadRequest', { models: [] }),
        refused('refuses more than ten tags', 400, 'BadRequest', {
          tags: Array.from({ length: 11 }, (_, at) => `tag ${at}`),
        }),
        refused('refuses a name that is too long', 400, undefined, { name: 'n'.repeat(101) }),
        {
          says: 'refuses a name that the account has used',
          call: async (world) => {
            const { key, name } = await styleOf(world, kind);
            return { key, body: { ...bodyOf(world, kind), name } };
          },
          expect: refusal(400, 'BadRequest'),
        },
      ],
    },
    {
      operation: `GET /styles/${kind}/{style_id}`,
      sample: async (world) => ({ path: { style_id: (await styleOf(world, kind)).id } }),
      success: { status: 200, has: keys },
      unknown,
    },
    {
      operation: `PATCH /styles/${kind}/{style_id}`,
      sample: sampleOf(kind, { info: 'another text about it' }),
      success: { status: 200, has: ['id', 'message'] },
      refused: {
        nobody: noKey,
        stranger: wrongKey,
        anonymous: notOwner,
        plain: notOwner,
        trusted: notOwner,
        moderator: notOwner,
        admin: notOwner,
      },
      unknown: { style_id: notFound },
    },
    {
      operation: `DELETE /styles/${kind}/{style_id}`,
      sample: sampleOf(kind),
      success: { status: 200, like: { message: 'OK' } },
      refused: {
        nobody: noKey,
        stranger: wrongKey,
        anonymous: refusal(403, 'StylesAnonForbidden'),
        plain: notOwner,
        trusted: notOwner,
      },
      unknown: { style_id: notFound },
    },
    {
      operation: `GET /styles/${kind}_by_name/{style_name}`,
      sample: async (world) => ({ path: { style_name: (await styleOf(world, kind)).name } }),
      success: { status: 200, has: keys },
      unknown: { style_name: notFound },
    },
  ];
}

const example = (world: World) => ({
  url: `https://pictures.example/${encodeURIComponent(world.name('a'))}.webp`,
  primary: true,
});

async function exampleOf(
  world: World,
): Promise<{ key: string; path: { style_id: string; example_id: string } }> {
  const { key, id } = await styleOf(world, 'image');
  const path = { style_id: id };
  await world.do('POST /styles/image/{style_id}/example', { key, path, body: example(world) });
  const made = await world.do('POST /styles/image/{style_id}/example', {
    key,
    path,
    body: { ...example(world), primary: false },
  });
  return { key, path: { ...path, example_id: String(made['id']) } };
}

const forOwners = {
  nobody: noKey,
  stranger: wrongKey,
  anonymous: notOwner,
  plain: notOwner,
  trusted: notOwner,
};
const unknownExample = refusal(404, 'Style exampleNotFound');

/** Styles and their examples (`api.md` 5.4). */
export const styles: readonly OperationSpec[] = [
  ...specsOf('image'),
  ...specsOf('text'),
  {
    operation: 'POST /styles/image/{style_id}/example',
    sample: async (world) => {
      const { key, id } = await styleOf(world, 'image');
      return { key, path: { style_id: id }, body: example(world) };
    },
    success: { status: 200, has: ['id', 'message'] },
    refused: forOwners,
    unknown: { style_id: notFound },
    extras: [
      {
        says: 'refuses another scheme',
        call: async (world) => {
          const { key, id } = await styleOf(world, 'image');
          return {
            key,
            path: { style_id: id },
            body: { url: 'http://pictures.example/a.webp', primary: true },
          };
        },
        expect: refusal(400, 'BadRequest'),
      },
    ],
  },
  {
    operation: 'PATCH /styles/image/{style_id}/example/{example_id}',
    sample: async (world) => ({ ...(await exampleOf(world)), body: example(world) }),
    success: { status: 200, has: ['id', 'message'] },
    refused: forOwners,
    unknown: { style_id: notFound, example_id: unknownExample },
  },
  {
    operation: 'DELETE /styles/image/{style_id}/example/{example_id}',
    sample: exampleOf,
    success: { status: 200, like: { message: 'OK' } },
    refused: forOwners,
    unknown: { style_id: notFound, example_id: unknownExample },
  },
];

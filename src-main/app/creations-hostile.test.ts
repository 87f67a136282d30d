import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isTerminal } from '#shared/studio/creations/schema.ts';
import { createRig, input, type Rig, until } from './testing/creations-rig.ts';

/** What the hostile horde answers by operation; each may answer differently every time. */
interface Answers {
  check?: () => unknown;
  image?: (response: ServerResponse) => void;
  generation?: object;
  async?: () => { status: number; body: unknown };
}

const user = {
  username: 'somebody#1',
  id: 1,
  kudos: 0,
  kudos_details: {
    accumulated: 0,
    gifted: 0,
    donated: 0,
    admin: 0,
    received: 0,
    recurring: 0,
    awarded: 0,
    styled: 0,
  },
  concurrency: 30,
  worker_invited: 0,
  worker_count: 0,
  moderator: false,
  trusted: false,
  flagged: false,
  service: false,
  education: false,
  customizer: false,
  deleted: false,
  pseudonymous: false,
  account_age: 1,
  styles: [],
  records: {
    usage: { megapixelsteps: 0, tokens: 0 },
    contribution: { megapixelsteps: 0, tokens: 0 },
    request: { image: 0, text: 0, interrogation: 0 },
    fulfillment: { image: 0, text: 0, interrogation: 0 },
    style: { image: 0, text: 0, interrogation: 0 },
  },
};
const done = {
  finished: 1,
  processing: 0,
  restarted: 0,
  waiting: 0,
  done: true,
  faulted: false,
  wait_time: 0,
  queue_position: 0,
  kudos: 1,
  is_possible: true,
};
const generation = {
  seed: '1',
  id: 'a-picture',
  censored: false,
  gen_metadata: [],
  worker_id: 'w',
  worker_name: 'W',
  model: 'Toy',
  state: 'ok',
};

let rig: Rig;
let server: Server;
let hordeUrl: string;
let answers: Answers;
let requests: string[];

beforeAll(async () => {
  rig = createRig();
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  hordeUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
beforeEach(() => {
  answers = {};
  requests = [];
});
afterEach(() => rig.renew());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rig.end();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  requests.push(path);
  if (path.startsWith('/picture')) {
    answers.image?.(response);
    return;
  }
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { status, body } = reply(path, text);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function reply(path: string, text: string): { status: number; body: unknown } {
  if (path.includes('/find_user')) return { status: 200, body: user };
  if (path.includes('/generate/check/')) return { status: 200, body: answers.check?.() ?? done };
  if (path.includes('/generate/status/')) {
    const generations = [{ ...generation, img: `${hordeUrl}/picture.webp`, ...answers.generation }];
    return { status: 200, body: { ...done, generations, shared: false } };
  }
  if (text.includes('"dry_run":true')) return { status: 200, body: { kudos: 1 } };
  return answers.async?.() ?? { status: 202, body: { id: 'r1', kudos: 1 } };
}

/** What becomes of a creation on that horde. */
async function outcome() {
  const core = await rig.launch({ hordeUrl });
  const { id } = await core.creations.create(input);
  return until(core, id, isTerminal);
}

const failedWith = (code: string) => ({ state: 'failed', imageIds: [], problem: { code } });

describe('a horde that lies', () => {
  it('with bytes that are no picture ends with that reason', async () => {
    answers.image = (response) => response.end('<html>no picture</html>');
    expect(await outcome()).toMatchObject(failedWith('bad_picture'));
  });

  it('with an endless picture is cut off at 32 MiB', async () => {
    let sent = 0;
    answers.image = (response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await outcome()).toMatchObject(failedWith('bad_picture'));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('with links to other places opens none of them', async () => {
    answers.generation = { img: 'http://127.0.0.1:1/picture' };
    expect(await outcome()).toMatchObject(failedWith('picture_not_loaded'));
    await rig.renew();
    answers.generation = { img: 'file:///etc/passwd' };
    expect(await outcome()).toMatchObject(failedWith('picture_not_loaded'));
    expect(requests.filter((path) => path.startsWith('/picture'))).toEqual([]);
  });

  it('with an id that no gallery takes, or a blocked picture, says so', async () => {
    answers.generation = { id: 'x'.repeat(5000) };
    expect(await outcome()).toMatchObject(failedWith('bad_picture'));
    await rig.renew();
    answers.generation = { gen_metadata: [{ type: 'censorship', value: 'csam' }] };
    expect(await outcome()).toMatchObject(failedWith('picture_blocked'));
  });

  it('with wrong types is asked some times more, and then no more', async () => {
    answers.check = () => ({ ...done, finished: 'many' });
    const failed = await outcome();
    expect(failed).toMatchObject(failedWith('horde_answer_unknown'));
    expect(requests.filter((path) => path.includes('/check/'))).toHaveLength(4);
  });

  it('with an acceptance without an id is not sent the request twice', async () => {
    answers.async = () => ({ status: 202, body: { kudos: 1 } });
    expect(await outcome()).toMatchObject(failedWith('send_uncertain'));
  });

  it('with a refusal as long as a book is quoted in part', async () => {
    answers.async = () => ({ status: 403, body: { rc: 'KudosUpfront', message: 'poor '.repeat(100_000) } });
    const failed = await outcome();
    expect(failed).toMatchObject(failedWith('KudosUpfront'));
    expect(failed.problem?.message.length).toBe(1000);
  });
});

it('a horde without room gets the request again later', async () => {
  let refusals = 1;
  answers.async = () =>
    refusals-- > 0
      ? { status: 429, body: { rc: 'TooManyPrompts', message: 'At most 30 may wait.' } }
      : { status: 403, body: { rc: 'KudosUpfront', message: 'It came again.' } };
  const core = await rig.launch({ hordeUrl });
  const { id } = await core.creations.create(input);
  const waiting = await until(core, id, (creation) => creation.problem !== null);
  expect(waiting).toMatchObject({ state: 'unsent', problem: { code: 'TooManyPrompts' } });
  expect(await until(core, id, isTerminal)).toMatchObject(failedWith('KudosUpfront'));
});

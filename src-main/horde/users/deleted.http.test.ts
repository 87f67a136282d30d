import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hordeFolder, type TestHorde, webp } from '../testing/open-horde.ts';

const folders = hordeFolder();
let horde: TestHorde;
let key: string;

beforeAll(async () => {
  horde = await folders.open();
  key = await horde.addUser({ id: 5, flags: { is_trusted: 1 }, deletedAt: 1 });
});
afterAll(() => folders.closeAll());

const style = { name: 'a style', prompt: '{p}{np}', params: { steps: 8 }, models: ['tiny'] };
const source = webp.toString('base64');

/** A body that each changing operation accepts by its shape; what is not here takes an empty one. */
const bodies: Readonly<Record<string, object>> = {
  post_image_async_generate: { prompt: 'a lighthouse' },
  post_text_async_generate: { prompt: 'once upon a time' },
  post_image_job_pop: { name: 'Worker One', models: ['tiny'] },
  post_text_job_pop: { name: 'Worker Two', models: ['tiny'] },
  post_interrogate_pop: { name: 'Worker Three', forms: ['caption'] },
  post_interrogate: { forms: [{ name: 'caption' }], source_image: source },
  post_image_style: style,
  post_text_style: { ...style, prompt: '{p}', params: {} },
  patch_single_image_style: { name: 'another' },
  patch_single_text_style: { name: 'another' },
  post_image_style_example: { url: 'https://pictures.example/one.webp', primary: true },
  patch_single_image_style_example: { url: 'https://pictures.example/one.webp' },
  post_collection: { name: 'a collection', styles: [randomUUID()] },
  patch_single_collection: { name: 'another' },
  put_worker_single: { maintenance: true },
  post_worker_messages: { message: 'hello', worker_id: randomUUID() },
  post_award_kudos: { username: 'x#1', amount: 1 },
  put_horde_modes: { raid_mode: true },
  post_teams: { name: 'a team', info: 'of some people' },
  patch_team_single: { name: 'another' },
  post_operations_ip: { ipaddr: '10.0.0.1', hours: 1 },
  delete_operations_ip: { ipaddr: '10.0.0.1' },
  put_operations_block_worker_ip: { days: 1 },
  put_filters: { regex: 'a', filter_type: 10 },
  post_filters: { prompt: 'a prompt', filter_type: 10 },
  patch_filter_single: { regex: 'ab' },
};

/** What such an account still may, who may without any account, and the one that says it otherwise. */
const exempt: Readonly<Record<string, string>> = {
  put_user_single: 'restores itself',
  delete_user_single: 'is deleted again',
  post_image_job_submit: 'running jobs end',
  post_text_job_submit: 'running jobs end',
  post_interrogate_submit: 'running jobs end',
  delete_image_async_status: 'asks for no key',
  delete_text_async_status: 'asks for no key',
  delete_interrogation_status: 'asks for no key',
  post_aesthetics: 'asks for no key',
  post_transfer_kudos: 'says it with 400',
};

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly id: string;
}

async function changingOperations(): Promise<Operation[]> {
  const answer = await horde.server.inject({ url: '/api/swagger.json', headers: { host: 'localhost' } });
  const paths: Record<string, Record<string, { operationId: string }>> = answer.json().paths;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'get')
      .map(([method, { operationId: id }]) => ({ method, path, id })),
  );
}

describe('an account that is being deleted (T-ACC-50)', () => {
  it('may do nothing by any operation of the horde but look, be restored and be deleted again', async () => {
    const operations = await changingOperations();
    expect(operations.length).toBeGreaterThan(30);
    const verdicts: Record<string, unknown> = {};
    for (const { method, path, id } of operations) {
      if (id in exempt) continue;
      const url = `/api${path.replaceAll('{filter_id}', '1').replaceAll(/\{\w+\}/g, randomUUID())}`;
      const headers = { host: 'localhost', apikey: key, 'content-type': 'application/json' };
      const payload = JSON.stringify(bodies[id] ?? {});
      const answer = await horde.server.inject({
        method: method.toUpperCase() as 'POST',
        url,
        headers,
        payload,
      }); // any method
      const { rc, errors } = answer.json();
      if (answer.statusCode !== 403 || rc !== 'DeletedUser') verdicts[id] = [answer.statusCode, rc, errors];
    }
    expect(verdicts).toEqual({});
  });

  it('is told so by the one operation that refuses otherwise', async () => {
    const order = { username: 'Owner#1', amount: 1 };
    const { status, body } = await horde.call('POST', '/kudos/transfer', order, { key });
    expect([status, body.rc]).toEqual([400, 'DeletedUser']);
  });
});

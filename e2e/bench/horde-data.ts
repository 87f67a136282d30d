import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { GenerationInput } from '#shared/horde/requests/schema.ts';
import { hordeClientOf } from '../fixtures/horde.ts';
import { createYurt } from '../fixtures/yurt.ts';

/** How many of each a horde is filled with. */
export interface HordeSize {
  readonly users: number;
  readonly requests: number;
  readonly workers: number;
}

type Row = Record<string, string | number | null>;

const modelCount = 20;
const slotsPerRequest = 100;
/** Every tenth request asks for a model that no worker offers: a queue holds such, and they stay. */
const orphanModel = 'Model without workers';
const modelName = (at: number) => `Model ${at % modelCount}`;

export const keyOfUser = (at: number) => `bench-key-${String(at).padStart(6, '0')}`;

/** Body of a pop by worker `at`; it offers three of the models. */
export function popBody(at: number): PopInput {
  return { ...popOf([modelName(at), modelName(at * 7 + 3), modelName(at * 13 + 5)]), name: `Worker ${at}` };
}

/** A pop that no request fits. */
export function missingPopBody(at: number): PopInput {
  return { ...popOf(['Model without requests']), name: `Worker ${at}` };
}

function popOf(models: readonly string[]) {
  return {
    models: [...new Set(models)],
    nsfw: true,
    bridge_agent: 'Yurt benchmark:1:unknown',
    max_pixels: 1024 * 1024,
    threads: 1,
  };
}

/** Body of a request for pictures. */
export function requestBody(at: number): GenerationInput {
  return {
    prompt: `a lighthouse on a cliff above a calm sea at dusk, number ${at}, painted in oil, soft light, wide view`,
    models: [at % 10 === 9 ? orphanModel : modelName(at)],
    params: { width: 512, height: 512 + 64 * (at % 5), steps: 20 + (at % 3) * 5, sampler_name: 'k_euler_a' },
    slow_workers: true,
    trusted_workers: false,
    nsfw: false,
  };
}

/**
 * Fills a fresh data folder: what the API accepts is asked of it once and then copied inside the
 * database, since a hundred thousand calls would take longer than what is measured.
 */
export async function fillHorde(dataDir: string, size: HordeSize): Promise<void> {
  await makeTemplates(dataDir);
  const database = new BetterSqlite3(join(dataDir, 'yurt.db'));
  try {
    database.pragma('synchronous = OFF');
    database.transaction(() => {
      copyUsers(database, size.users, readSecret(dataDir));
      copyWorkers(database, size);
      copyRequests(database, size);
    })();
  } finally {
    database.close();
  }
}

/** One request for each model, and one worker. */
async function makeTemplates(dataDir: string): Promise<void> {
  const yurt = createYurt({ dataDir, args: ['--no-worker'] });
  const { horde, admin_key: apiKey } = await yurt.start();
  const client = hordeClientOf(horde, apiKey);
  try {
    for (let at = 0; at < modelCount; at += 1) await client.generateAsync(requestBody(at));
    await client.generatePop(missingPopBody(0));
  } finally {
    await yurt.stop();
  }
}

/** The installation's secret, with which keys are digested (`accounts-and-safety.md` ACC-11). */
function readSecret(dataDir: string): Buffer {
  const secrets: unknown = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'));
  if (typeof secrets === 'object' && secrets !== null && 'horde-server-secret' in secrets) {
    return Buffer.from(String(secrets['horde-server-secret']), 'base64');
  }
  throw new Error('the data folder has no server secret');
}

function copyUsers(database: BetterSqlite3.Database, count: number, secret: Buffer): void {
  const owner = firstRow(database, 'users', 'id = 1');
  const account = firstRow(database, 'kudos_account', 'user_id = 1');
  const insertUser = inserter(database, 'users', owner);
  const insertAccount = inserter(database, 'kudos_account', account);
  for (let at = 0; at < count; at += 1) {
    const digest = createHmac('sha256', secret).update(keyOfUser(at)).digest('hex');
    const id = userId(at);
    insertUser({
      ...owner,
      id,
      username: `User ${at}`,
      oauth_id: randomUUID(),
      key_digest: digest,
      concurrency: 1_000_000,
      worker_invited: 1_000_000,
      is_admin: 0,
      is_moderator: 0,
    });
    insertAccount({ ...account, id: null, user_id: id, balance: plentyCents });
  }
}

const userId = (at: number) => 1000 + at;
/** Enough for every request of a run to be paid for up front. */
const plentyCents = 100_000_000;

function copyWorkers(database: BetterSqlite3.Database, { workers, users }: HordeSize): void {
  const template = firstRow(database, 'horde_workers', '1');
  const insert = inserter(database, 'horde_workers', template);
  database.exec('delete from horde_workers');
  for (let at = 0; at < workers; at += 1) {
    const { name, models } = popBody(at);
    insert({
      ...template,
      id: randomUUID(),
      user_id: userId(at % users),
      name: String(name),
      name_key: String(name).toLowerCase(),
      profile: JSON.stringify({ ...parseObject(template['profile']), models }),
      last_check_in: Date.now(),
    });
  }
}

function copyRequests(database: BetterSqlite3.Database, { requests, users }: HordeSize): void {
  const rows = allRows(database, 'horde_requests');
  const models = allRows(database, 'horde_request_models');
  const [first] = rows;
  const [firstModel] = models;
  if (!first || !firstModel) throw new Error('the horde took no request');
  const insertRequest = inserter(database, 'horde_requests', first);
  const insertModel = inserter(database, 'horde_request_models', firstModel);
  for (let at = 0; at < requests - rows.length; at += 1) {
    const row = rows[at % rows.length] ?? first;
    const id = randomUUID();
    insertRequest({
      ...row,
      seq: null,
      id,
      user_id: userId(at % users),
      score: Number(row['score']) - 5 * (at / requests),
      asked: slotsPerRequest,
      open_slots: slotsPerRequest,
    });
    for (const model of models) {
      if (model['request_id'] === row['id']) insertModel({ ...model, request_id: id });
    }
  }
}

function allRows(database: BetterSqlite3.Database, table: string): Row[] {
  return database.prepare<[], Row>(`select * from ${table}`).all();
}

function firstRow(database: BetterSqlite3.Database, table: string, where: string): Row {
  const found = database.prepare<[], Row>(`select * from ${table} where ${where} limit 1`).get();
  if (!found) throw new Error(`${table} has no row where ${where}`);
  return found;
}

function inserter(database: BetterSqlite3.Database, table: string, template: Row): (row: Row) => void {
  const columns = Object.keys(template);
  const places = columns.map((column) => `@${column}`);
  const statement = database.prepare<[Row]>(
    `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`,
  );
  return (row) => void statement.run(row);
}

function parseObject(json: unknown): Record<string, unknown> {
  const value: unknown = JSON.parse(String(json));
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * What every figure of the API is compared with: Fastify with one route that answers at once, and one
 * that validates a body and inserts it durably, grouped. Prints its port.
 */
import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import BetterSqlite3 from 'better-sqlite3';
import Fastify from 'fastify';
import { Type } from 'typebox';

const [file = ''] = process.argv.slice(2);

const Input = Type.Object({
  prompt: Type.String(),
  models: Type.Array(Type.String()),
  params: Type.Object({ width: Type.Integer(), height: Type.Integer(), steps: Type.Integer() }),
});
const Answer = Type.Object({ id: Type.Integer() });

const database = new BetterSqlite3(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('create table request (id integer primary key, body text not null)');
const insert = database.prepare('insert into request (body) values (?)');

interface Waiting {
  readonly body: string;
  readonly resolve: (id: number) => void;
}
let group: Waiting[] = [];

const insertAll = database.transaction((rows: readonly Waiting[]) =>
  rows.map(({ body }) => Number(insert.run(body).lastInsertRowid)),
);

function commit(): void {
  const rows = group;
  group = [];
  const ids = insertAll(rows);
  for (const [at, row] of rows.entries()) row.resolve(ids[at] ?? 0);
}

function store(body: string): Promise<number> {
  return new Promise((resolve) => {
    group.push({ body, resolve });
    if (group.length === 1) setImmediate(commit);
  });
}

const server = Fastify().withTypeProvider<TypeBoxTypeProvider>();
server.get('/bare', { schema: { response: { 200: Answer } } }, () => ({ id: 1 }));
server.post('/bare', { schema: { body: Input, response: { 200: Answer } } }, async (request) => ({
  id: await store(JSON.stringify(request.body)),
}));
const address = await server.listen({ port: 0, host: '127.0.0.1' });
process.on('disconnect', () => process.exit(0));
process.stdout.write(`${new URL(address).port}\n`);

import { readFileSync } from 'node:fs';

/** An operation of the v2 API as the table of the public horde has it. */
export interface Operation {
  /** `METHOD /path` below `/api/v2`, as the specs of this folder name it. */
  readonly name: string;
  readonly method: string;
  /** With `{parameters}`, below `/api/v2`. */
  readonly path: string;
  readonly id: string;
  /** Who may call it: `none`, `optional`, `key`, `mod` and so on. */
  readonly auth: string;
  /** Status of a success. */
  readonly status: number;
}

const table = new URL('../../src-shared/horde/common/operations.tsv', import.meta.url);

/** The 90 operations. */
export function readOperations(): readonly Operation[] {
  const lines = readFileSync(table, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [method = '', full = '', id = '', auth = '', status = ''] = line.split('\t');
    const path = full.replace('/api/v2', '');
    return { name: `${method} ${path}`, method, path, id, auth, status: Number(status) };
  });
}

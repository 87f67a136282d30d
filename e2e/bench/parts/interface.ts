import { dirname, join } from 'node:path';
import { initialJavaScript, initialJsBudgetBytes } from '../../../tools/initial-js.mjs';
import { yurtEntry } from '../../fixtures/yurt.ts';
import type { Part } from '../part.ts';

/** What a browser loads before the interface shows anything. */
export const interfaceSize: Part = () => {
  const { bytes, files } = initialJavaScript(join(dirname(yurtEntry), '..', 'renderer'));
  return Promise.resolve([
    {
      what: 'initial JavaScript, gzip',
      measured: bytes / 1000,
      unit: 'kB',
      budget: { atMost: initialJsBudgetBytes / 1000 },
      note: `${files.length} files`,
    },
  ]);
};

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeGraph, type ElementType } from '../testing/onnx-writer.ts';
import { floatToHalf, halfToFloat } from './half.ts';
import { loadSession } from './session.ts';
import { createTensor, readTensor } from './tensors.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-runtime-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('half precision', () => {
  it.each([
    [0, 0],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0],
    [-Infinity, 0xfc00],
  ])('rounds %d', (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it('returns every half as it came', () => {
    const changed = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => {
      const value = halfToFloat(bits);
      const again = floatToHalf(value);
      return Number.isNaN(value) ? !Number.isNaN(halfToFloat(again)) : again !== bits;
    });
    expect(changed).toEqual([]);
  });
});

describe('sessions', () => {
  it.each<ElementType>(['float32', 'float16', 'int32', 'int64'])('carry %s in and out', async (type) => {
    const file = join(folder, `${type}.onnx`);
    const shape = ['n'];
    const graph = writeGraph({
      inputs: [{ name: 'x', type, shape }],
      outputs: [{ name: 'y', type, shape }],
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
    });
    writeFileSync(file, graph);
    const session = await loadSession(file, 'cpu');
    const result = await session.run({ x: session.feed('x', [1, -2, 300], [3]) }, 'y');
    expect([...readTensor(result)]).toEqual([2, -4, 600]);
    await session.release();
  });

  it('refuse what is no graph, what is not there and types of no export', async () => {
    const file = join(folder, 'damaged.onnx');
    writeFileSync(file, 'not a graph');
    await expect(loadSession(file, 'cpu')).rejects.toMatchObject({ code: 'model_damaged' });
    await expect(loadSession(join(folder, 'none.onnx'), 'cpu')).rejects.toMatchObject({
      code: 'model_damaged',
    });
    expect(() => createTensor({ name: 'x', type: 'string', shape: [] }, [1], [])).toThrow('string');
  });
});

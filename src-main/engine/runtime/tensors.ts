import { Tensor } from 'onnxruntime-node';
import { JobError } from '../job-error.ts';
import { floatToHalf, halfToFloat } from './half.ts';

/** An input or output as the graph declares it; a symbolic dimension is a string, a scalar has no dimensions. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  readonly shape: ReadonlyArray<number | string>;
}

/**
 * A tensor of the type that the graph wants, from plain numbers: exports differ in the type of every input
 * (`engine.md` 1.3, 1.4).
 * @throws JobError `not_supported` for a type that no known export uses.
 */
export function createTensor(info: TensorInfo, values: ArrayLike<number>, dims: readonly number[]): Tensor {
  switch (info.type) {
    case 'float32':
      return new Tensor('float32', values instanceof Float32Array ? values : Float32Array.from(values), dims);
    case 'float16':
      return createHalfTensor(Uint16Array.from(values, floatToHalf), dims);
    case 'int32':
      return new Tensor('int32', Int32Array.from(values), dims);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(Array.from(values), (value) => BigInt(Math.round(value))),
        dims,
      );
    default:
      throw new JobError('not_supported', `Input ${info.name} has type ${info.type}`);
  }
}

/**
 * Where `Float16Array` exists, the runtime's Tensor wraps half-precision data in it, and its native side then
 * reads nothing. Putting the raw words back is what it accepts (`engine.md` 4.5).
 */
function createHalfTensor(words: Uint16Array, dims: readonly number[]): Tensor {
  const tensor = new Tensor('float16', words, dims);
  Reflect.set(tensor, 'cpuData', words);
  return tensor;
}

/** The numbers of an output as float32, whatever its type. */
export function readTensor(tensor: Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (tensor.type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, halfToFloat);
  return Float32Array.from(Array.from<unknown>(data), Number);
}

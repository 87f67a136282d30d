import { InferenceSession, Tensor } from 'onnxruntime-node';
import { JobError } from '../job-error.ts';
import { createTensor, type TensorInfo } from './tensors.ts';

/** A loaded graph: what it takes and gives, and how to run it. */
export interface GraphSession {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: readonly TensorInfo[];
  /** A tensor for the named input. @throws JobError `not_supported` when the graph has no such input. */
  feed(input: string, values: ArrayLike<number>, dims: readonly number[]): Tensor;
  /** Runs the graph for one output. The process stands still meanwhile. @throws JobError */
  run(feeds: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor>;
  /** Frees the memory; the session cannot be used afterwards. */
  release(): Promise<void>;
}

/**
 * Loads an ONNX file on an execution provider (`cpu`, `cuda`, `dml`, `coreml`, `webgpu`).
 * @throws JobError `model_damaged` for a file that is no graph, `not_supported` for a missing provider,
 * `out_of_memory`
 */
export async function loadSession(file: string, provider: string): Promise<GraphSession> {
  const executionProviders = provider === 'cpu' ? ['cpu'] : [provider, 'cpu'];
  const session = await createSession(file, { executionProviders, logSeverityLevel: 3 });
  const inputs = new Map(session.inputMetadata.map((entry) => [entry.name, describe(entry)]));
  return {
    inputs,
    outputs: session.outputMetadata.map(describe),
    feed: (input, values, dims) => {
      const info = inputs.get(input);
      if (!info) throw new JobError('not_supported', `The graph has no input ${input}`);
      return createTensor(info, values, dims);
    },
    run: async (feeds, output) => {
      const results = await session.run(feeds, [output]).catch((cause: unknown) => {
        throw toJobError(cause, 'internal', 'The graph failed');
      });
      const result = results[output];
      if (!(result instanceof Tensor)) throw new JobError('internal', `The graph gave no ${output}`);
      return result;
    },
    release: () => session.release(),
  };
}

async function createSession(
  file: string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, options);
  } catch (cause) {
    const isProvider = /adapter|shared library|backend/i.test(String(cause));
    const code = isProvider ? 'not_supported' : 'model_damaged';
    throw toJobError(cause, code, 'The model cannot be loaded');
  }
}

function toJobError(
  cause: unknown,
  code: 'internal' | 'not_supported' | 'model_damaged',
  what: string,
): JobError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const isMemory = /bad_alloc|out of memory|failed to allocate/i.test(message);
  return new JobError(isMemory ? 'out_of_memory' : code, `${what}: ${message}`, { cause });
}

function describe(entry: InferenceSession.ValueMetadata): TensorInfo {
  if (!entry.isTensor) return { name: entry.name, type: 'none', shape: [] };
  return { name: entry.name, type: entry.type, shape: entry.shape };
}

/** Writes ONNX graphs of a few nodes for tests: the parts of the protobuf format that they need, no more. */

export type ElementType = 'float32' | 'float16' | 'int32' | 'int64';
export type Dimension = number | string;

/** An input or output of a graph. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** A constant of a graph, given as raw little-endian bytes by a typed array. */
export interface GraphConstant {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint16Array;
}

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface Graph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly constants?: readonly GraphConstant[];
  readonly nodes: readonly GraphNode[];
}

/** Numbers of `TensorProto.DataType`. */
export const elementTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
};
const attributeTypes = { int: 2, string: 3, ints: 7 };
const irVersion = 8;
const opsetVersion = 17;

/** The bytes of an ONNX file (opset 17; whole-number attributes and strings only). */
export function writeGraph(graph: Graph): Uint8Array {
  const body = join([
    ...graph.nodes.map((node) => message(1, writeNode(node))),
    text(2, 'graph'),
    ...(graph.constants ?? []).map((constant) => message(5, writeConstant(constant))),
    ...graph.inputs.map((value) => message(11, writeValue(value))),
    ...graph.outputs.map((value) => message(12, writeValue(value))),
  ]);
  return join([integer(1, irVersion), message(7, body), message(8, integer(2, opsetVersion))]);
}

function writeNode({ op, inputs, outputs, attributes = {} }: GraphNode): Uint8Array {
  return join([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, writeAttribute(name, value))),
  ]);
}

function writeAttribute(name: string, value: number | string | readonly number[]): Uint8Array {
  if (typeof value === 'number')
    return join([text(1, name), integer(3, value), integer(20, attributeTypes.int)]);
  if (typeof value === 'string')
    return join([text(1, name), text(4, value), integer(20, attributeTypes.string)]);
  return join([text(1, name), ...value.map((entry) => integer(8, entry)), integer(20, attributeTypes.ints)]);
}

function writeConstant({ name, type, dims, data }: GraphConstant): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join([
    ...dims.map((dim) => integer(1, dim)),
    integer(2, elementTypes[type]),
    text(8, name),
    message(9, bytes),
  ]);
}

function writeValue({ name, type, shape }: GraphValue): Uint8Array {
  const dims = shape.map((dim) => message(1, typeof dim === 'number' ? integer(1, dim) : text(2, dim)));
  const tensor = join([integer(1, elementTypes[type]), message(2, join(dims))]);
  return join([text(1, name), message(2, message(1, tensor))]);
}

function integer(field: number, value: number): Uint8Array {
  return join([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value));
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return join([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

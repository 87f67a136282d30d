import { Type, type Static } from 'typebox';

/** Up to this size bytes travel inside the message; twenty pictures then stay below its limit of 1 MB. */
export const maxInlineBytes = 32 * 1024;

/** Bytes inside a message. */
export const bytesSchema = Type.Refine(
  Type.Unsafe<Uint8Array>({}),
  (value) => value instanceof Uint8Array && value.byteLength <= 256 * 1024,
);

/** Bytes, or the name of a file in the folder that core and engine share. */
export const payloadSchema = Type.Union([
  Type.Object({ bytes: bytesSchema }),
  Type.Object({ file: Type.String({ pattern: '^[0-9a-z-]{1,80}\\.bin$' }) }),
]);
export type Payload = Static<typeof payloadSchema>;

/** Files of the shared folder; `take` removes what it read. */
export interface PayloadFiles {
  write(name: string, bytes: Uint8Array): Promise<void>;
  take(name: string): Promise<Uint8Array>;
}

/** Wraps bytes for a message; large ones go to a file of the given name (without ending). */
export async function packPayload(bytes: Uint8Array, name: string, files: PayloadFiles): Promise<Payload> {
  if (bytes.byteLength <= maxInlineBytes) return { bytes };
  const file = `${name}.bin`;
  await files.write(file, bytes);
  return { file };
}

export async function unpackPayload(payload: Payload, files: PayloadFiles): Promise<Uint8Array> {
  return 'bytes' in payload ? payload.bytes : files.take(payload.file);
}

import { type Static, Type } from 'typebox';

/** Answer of an operation that has nothing to say but that it was done. */
export const SimpleResponse = Type.Object(
  { message: Type.String({ default: 'OK' }) },
  { $id: 'SimpleResponse' },
);
export type SimpleResponse = Static<typeof SimpleResponse>;

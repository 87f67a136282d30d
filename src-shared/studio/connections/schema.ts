import { type Static, Type } from 'typebox';

/** A horde that this person knows. The home horde is always there. */
export const Connection = Type.Object({
  id: Type.String(),
  name: Type.String(),
  url: Type.String(),
  kind: Type.Enum(['home', 'remote'], { type: 'string' }),
  state: Type.Enum(['online', 'slow', 'offline', 'maintenance'], { type: 'string' }),
  account: Type.Union([
    Type.Object({ username: Type.String(), kudos: Type.Number(), isAnonymous: Type.Boolean() }),
    Type.Null(),
  ]),
});
export type Connection = Static<typeof Connection>;

export const ConnectionList = Type.Object({ connections: Type.Array(Connection) });
export type ConnectionList = Static<typeof ConnectionList>;

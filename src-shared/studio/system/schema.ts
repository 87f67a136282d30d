import { type Static, Type } from 'typebox';

/** Something that went wrong around the start and needs the person's eye; `code` is a row of the interface's table. */
export const SystemNotice = Type.Object({
  code: Type.Enum(['horde_port_in_use', 'database_restored_empty', 'model_damaged', 'disk_full'], {
    type: 'string',
  }),
  /** Values for the sentence: port, file, model. */
  details: Type.Record(Type.String(), Type.String()),
});
export type SystemNotice = Static<typeof SystemNotice>;

export const SystemInfo = Type.Object({
  version: Type.String(),
  host: Type.Enum(['desktop', 'headless'], { type: 'string' }),
  hordeUrl: Type.String(),
  dataDir: Type.String(),
  notices: Type.Array(SystemNotice),
});
export type SystemInfo = Static<typeof SystemInfo>;

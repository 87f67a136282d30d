import { type Static, Type } from 'typebox';
import { Connection } from '#shared/studio/connections/schema.ts';
import { Creation } from '#shared/studio/creations/schema.ts';
import { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { Settings } from '#shared/studio/settings/schema.ts';
import { SystemNotice } from '#shared/studio/system/schema.ts';
import { WorkerStatus } from '#shared/studio/worker/schema.ts';

/** What core tells the interface over /app/events; each event carries the whole new value. */
export const StudioEvent = Type.Union([
  Type.Object({ type: Type.Literal('creationChanged'), creation: Creation }),
  Type.Object({ type: Type.Literal('creationRemoved'), id: Type.String() }),
  Type.Object({ type: Type.Literal('imageAdded'), image: GalleryImage }),
  /** Binned, restored or erased: `image` is null once it is erased. */
  Type.Object({
    type: Type.Literal('imageChanged'),
    id: Type.String(),
    image: Type.Union([GalleryImage, Type.Null()]),
  }),
  Type.Object({ type: Type.Literal('workerChanged'), worker: WorkerStatus }),
  Type.Object({ type: Type.Literal('connectionChanged'), connection: Connection }),
  Type.Object({ type: Type.Literal('settingsChanged'), settings: Settings }),
  Type.Object({ type: Type.Literal('noticeAdded'), notice: SystemNotice }),
  /** Events between the last one received and now are lost: everything has to be read again. */
  Type.Object({ type: Type.Literal('resync') }),
]);
export type StudioEvent = Static<typeof StudioEvent>;

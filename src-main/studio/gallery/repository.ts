import type { Insertable, Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { GalleryImageTable } from '#main/db/tables/studio.ts';
import { run, type Work } from '#main/db/work.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';

export type FileRow = Pick<GalleryRow, 'id' | 'file_name' | 'is_missing'>;
export type GalleryRow = Selectable<GalleryImageTable>;

/** Place in the order of pages, newest first. */
export interface PagePlace {
  readonly createdAt: number;
  readonly id: string;
}

/** All SQL of the gallery. */
export function createGalleryRepository(db: AppDatabase) {
  const shelf = (isBin: boolean) =>
    db.read
      .selectFrom('gallery_image')
      .where('is_missing', '=', 0)
      .where('binned_at', isBin ? 'is not' : 'is', null);
  const counts = new Map<boolean, Promise<number>>();
  /** A write that may change how many pictures stand where. */
  const writeAndRecount = <T>(unit: () => Work<T>): Promise<T> =>
    db.write(unit).finally(() => counts.clear());

  const readCount = async (isBin: boolean): Promise<number> => {
    const { n } = await shelf(isBin)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  };

  return {
    find: (id: string): Promise<GalleryRow | undefined> =>
      db.read.selectFrom('gallery_image').selectAll().where('id', '=', id).executeTakeFirst(),

    /** Finds the ids first, from the index alone: sorting whole rows of a large bin takes six times as long. */
    page: (isBin: boolean, limit: number, after: PagePlace | undefined): Promise<GalleryRow[]> => {
      let ids = shelf(isBin).select('id').orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit);
      if (after) {
        ids = ids.where((eb) =>
          eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.createdAt, after.id)),
        );
      }
      return db.read
        .selectFrom('gallery_image')
        .selectAll()
        .where('id', 'in', ids)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
    },

    /** Counted once between writes: with 50,000 rows it takes fifty times as long as reading a page. */
    count: (isBin: boolean): Promise<number> => {
      const known = counts.get(isBin);
      if (known) return known;
      const counting = readCount(isBin);
      counts.set(isBin, counting);
      counting.catch(() => counts.delete(isBin));
      return counting;
    },

    /** False when the picture was there already. */
    insert: (image: Insertable<GalleryImageTable>): Promise<boolean> =>
      writeAndRecount(function* (): Work<boolean> {
        const insert = db.query.insertInto('gallery_image').values(image);
        return (yield* run(insert.onConflict((conflict) => conflict.column('id').doNothing()))) > 0;
      }),

    setBinned: (id: string, binnedAt: number | null): Promise<boolean> =>
      writeAndRecount(function* (): Work<boolean> {
        const update = db.query.updateTable('gallery_image').set({ binned_at: binnedAt });
        const other = binnedAt === null ? 'is not' : 'is';
        return (yield* run(update.where('id', '=', id).where('binned_at', other, null))) > 0;
      }),

    /** False when it is not in the bin. */
    removeBinned: (id: string): Promise<boolean> =>
      writeAndRecount(function* (): Work<boolean> {
        const remove = db.query.deleteFrom('gallery_image').where('id', '=', id);
        return (yield* run(remove.where('binned_at', 'is not', null))) > 0;
      }),

    /** Rows in order of their ids, a batch at a time: all of a large gallery would hold core up. */
    filesAfter: (id: string, limit: number): Promise<FileRow[]> =>
      db.read
        .selectFrom('gallery_image')
        .select(['id', 'file_name', 'is_missing'])
        .where('id', '>', id)
        .orderBy('id')
        .limit(limit)
        .execute(),

    setMissing: (id: string, isMissing: boolean): Promise<number> =>
      writeAndRecount(() =>
        run(
          db.query
            .updateTable('gallery_image')
            .set({ is_missing: isMissing ? 1 : 0 })
            .where('id', '=', id),
        ),
      ),
  };
}

/** A row as the interface sees it. */
export function galleryImageOf(row: GalleryRow): GalleryImage {
  const notes: unknown = JSON.parse(row.notes);
  return {
    id: row.id,
    creationId: row.creation_id,
    createdAt: row.created_at,
    binnedAt: row.binned_at,
    width: row.width,
    height: row.height,
    sizeBytes: row.size_bytes,
    fileName: row.file_name,
    prompt: row.prompt,
    negativePrompt: row.negative_prompt,
    model: row.model,
    sampler: row.sampler,
    karras: row.karras === 1,
    steps: row.steps,
    cfgScale: row.cfg_scale,
    seed: row.seed,
    hordeName: row.horde_name,
    workerName: row.worker_name,
    kudos: row.kudos,
    isCensored: row.is_censored === 1,
    notes: Array.isArray(notes) ? notes.filter((note) => typeof note === 'string') : [],
    imageUrl: appRoutes.galleryFile(encodeURIComponent(row.id)),
    thumbnailUrl: appRoutes.galleryThumbnail(encodeURIComponent(row.id)),
  };
}

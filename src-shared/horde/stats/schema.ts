import { type Static, Type } from 'typebox';

const count = Type.Integer();

export const ImageStat = Type.Object({ images: count, ps: count }, { $id: 'SinglePeriodImgStat' });
export const TextStat = Type.Object({ requests: count, tokens: count }, { $id: 'SinglePeriodTxtStat' });

/** `GET /stats/img/totals` (`api.md` 5.14): pictures and pixelsteps. */
export const ImageTotals = Type.Object(
  { minute: ImageStat, hour: ImageStat, day: ImageStat, month: ImageStat, total: ImageStat },
  { $id: 'StatsImgTotals' },
);
export type ImageTotals = Static<typeof ImageTotals>;

/** `GET /stats/text/totals`: texts and tokens. */
export const TextTotals = Type.Object(
  { minute: TextStat, hour: TextStat, day: TextStat, month: TextStat, total: TextStat },
  { $id: 'StatsTxtTotals' },
);
export type TextTotals = Static<typeof TextTotals>;

const byModel = Type.Record(Type.String(), count);

/** `GET /stats/img/models`: pictures by model. */
export const ImageModelStats = Type.Object(
  { day: byModel, month: byModel, total: byModel },
  { $id: 'ImgModelStats' },
);
export type ModelStats = Static<typeof ImageModelStats>;

/** `GET /stats/text/models`: texts by model. */
export const TextModelStats = Type.Object(
  { day: byModel, month: byModel, total: byModel },
  { $id: 'TxtModelStats' },
);

export const ModelStatsQuery = Type.Object({
  model_state: Type.Optional(Type.String({ description: 'known, custom or all; known by default.' })),
});

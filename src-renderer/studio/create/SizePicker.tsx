import { useTranslation } from 'react-i18next';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { SegmentedControl } from '#ui/ui/controls.ts';
import { setFields, useDraftStore } from './draft-store.ts';
import { type Shape, shapesOf } from './sizes.ts';
import classes from './SizePicker.module.css';

const unknownModel = { nativeWidth: 512, nativeHeight: 512 };

/** The shapes that suit the model. */
export function SizePicker({ model }: { readonly model: StudioModel | undefined }) {
  const { t } = useTranslation('create');
  const width = useDraftStore(({ draft }) => draft.input.width);
  const height = useDraftStore(({ draft }) => draft.input.height);
  const { nativeWidth, nativeHeight } = model ?? unknownModel;
  const shapes = shapesOf({ width: nativeWidth, height: nativeHeight });
  const current = shapes.find((shape) => shape.width === width && shape.height === height);
  return (
    <div className={classes.root}>
      <div className={classes.head}>
        <span id="create-shape" className={classes.label}>
          {t('size.shape')}
        </span>
        <output className={classes.size}>
          {width} × {height}
        </output>
      </div>
      <SegmentedControl
        fullWidth
        size="xs"
        value={current?.ratio ?? ''}
        aria-labelledby="create-shape"
        classNames={{ label: classes.option }}
        data={shapes.map((shape) => ({ value: shape.ratio, label: <ShapeLabel shape={shape} /> }))}
        onChange={(ratio) => {
          const shape = shapes.find((other) => other.ratio === ratio);
          if (shape !== undefined) setFields({ width: shape.width, height: shape.height });
        }}
      />
    </div>
  );
}

/** Longest side of the little drawing of a shape. */
const glyphPx = 16;

function ShapeLabel({ shape }: { readonly shape: Shape }) {
  const scale = glyphPx / Math.max(shape.width, shape.height);
  return (
    <span className={classes.shape}>
      <span className={classes.frame} aria-hidden="true">
        <span
          className={classes.glyph}
          style={{ width: shape.width * scale, height: shape.height * scale }}
        />
      </span>
      {shape.label}
    </span>
  );
}

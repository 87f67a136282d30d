import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Picture } from '../fixtures/pixels.ts';

/** Names the shape that a picture shows. */
export type ShapeJudge = (picture: Picture) => Promise<string>;

/** Side of the pictures that the classifier was trained on. */
export const classifierSide = 128;

/**
 * The classifier of `resources/training/classifier.py`.
 * @param shapes in the order of its scores
 */
export async function loadShapeJudge(file: string, shapes: readonly string[]): Promise<ShapeJudge> {
  const session = await InferenceSession.create(file);
  return async (picture) => {
    if (picture.width !== classifierSide || picture.height !== classifierSide) {
      throw new Error(
        `the classifier takes ${classifierSide}×${classifierSide}, not ${picture.width}×${picture.height}`,
      );
    }
    const side = [1, 3, classifierSide, classifierSide];
    const { scores } = await session.run({ picture: new Tensor('float32', toPlanes(picture), side) });
    if (!(scores?.data instanceof Float32Array)) throw new Error('the classifier gave no scores');
    return shapes[scores.data.indexOf(Math.max(...scores.data))] ?? '';
  };
}

/** Planes of red, green and blue, 0…1. */
function toPlanes({ rgb }: Picture): Float32Array {
  const pixels = rgb.length / 3;
  return Float32Array.from(rgb, (_, i) => (rgb[(i % pixels) * 3 + Math.floor(i / pixels)] ?? 0) / 255);
}

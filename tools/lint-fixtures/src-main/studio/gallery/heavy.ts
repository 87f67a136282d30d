// expect: eslint(no-restricted-imports)
import sharp from 'sharp';
export const y = sharp;

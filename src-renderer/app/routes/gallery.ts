import { createLazyRoute } from '@tanstack/react-router';
import { GalleryScreen } from '#ui/studio/gallery/index.ts';

export const route = createLazyRoute('/gallery')({ component: GalleryScreen });

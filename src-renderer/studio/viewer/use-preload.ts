import { useEffect } from 'react';

/** Asks for pictures that are likely to be shown next, so that the browser has them when they are. */
export function usePreload(urls: readonly (string | undefined)[]): void {
  const key = urls.filter((url) => url !== undefined).join('\n');
  useEffect(() => {
    const images = key === '' ? [] : key.split('\n').map(preload);
    return () => {
      for (const image of images) if (!image.complete) image.src = '';
    };
  }, [key]);
}

function preload(url: string): HTMLImageElement {
  const image = new Image();
  image.decoding = 'async';
  image.fetchPriority = 'low';
  image.src = url;
  return image;
}

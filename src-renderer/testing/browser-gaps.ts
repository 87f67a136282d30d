import { configure } from '@testing-library/react';
import { vi } from 'vitest';

// A machine that also builds and trains draws slowly; what never comes is still found out.
configure({ asyncUtilTimeout: 8000 });
vi.setConfig({ testTimeout: 40_000 });

/** What jsdom lacks: sizes, media queries, observers. Every element is as large as said. */
export function fillBrowserGaps(size: { readonly width: number; readonly height: number }): void {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }));
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(size.width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(size.height);
  window.scrollTo = () => undefined;
}

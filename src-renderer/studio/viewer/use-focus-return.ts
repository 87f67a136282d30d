import { useEffect, useRef } from 'react';

/**
 * Gives the focus back when the viewer closes: to what shows the picture last viewed (marked with
 * `data-image-id`), else to what had it before.
 */
export function useFocusReturn(imageId: string): void {
  const viewed = useRef(imageId);
  useEffect(() => {
    viewed.current = imageId;
  }, [imageId]);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      const id = viewed.current;
      // After React has taken the dialog away: nothing outside it can have the focus before.
      window.setTimeout(() => {
        if (document.activeElement !== null && document.activeElement !== document.body) return;
        const shown = document.querySelector<HTMLElement>(`[data-image-id="${CSS.escape(id)}"]`);
        if (shown !== null) shown.focus({ preventScroll: true });
        else if (before instanceof HTMLElement && before.isConnected) before.focus();
      });
    };
  }, []);
}

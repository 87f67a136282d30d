import { describe, expect, it } from 'vitest';
import { viewerCommand } from './viewer-keys.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('viewerCommand', () => {
  it('turns pages and bins from anywhere in the viewer', () => {
    expect(viewerCommand({ ...plain, key: 'ArrowLeft' }, false)).toBe('previous');
    expect(viewerCommand({ ...plain, key: 'ArrowRight' }, true)).toBe('next');
    expect(viewerCommand({ ...plain, key: 'ArrowRight', shiftKey: true }, true)).toBe('panRight');
    expect(viewerCommand({ ...plain, key: 'Delete' }, false)).toBe('bin');
  });

  it('takes letters only while the picture has the focus', () => {
    expect(viewerCommand({ ...plain, key: 'z' }, true)).toBe('zoom');
    expect(viewerCommand({ ...plain, key: 'z' }, false)).toBeUndefined();
    expect(viewerCommand({ ...plain, key: 'constructor' }, true)).toBeUndefined();
  });

  it('undoes with Ctrl or Command, and leaves other shortcuts to the browser', () => {
    expect(viewerCommand({ ...plain, key: 'z', ctrlKey: true }, false)).toBe('undo');
    expect(viewerCommand({ ...plain, key: 'Z', metaKey: true }, true)).toBe('undo');
    expect(viewerCommand({ ...plain, key: 's', ctrlKey: true }, true)).toBeUndefined();
    expect(viewerCommand({ ...plain, key: 'ArrowLeft', altKey: true }, true)).toBeUndefined();
  });
});

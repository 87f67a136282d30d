export { undoLastBin } from './bin-undo.ts';
export { EraseConfirm } from './lazy-erase-confirm.ts';
export { type ImageActions, useImageActions } from './use-image-actions.ts';
export { useNoteWords } from './use-note-words.ts';
export { useViewedImageId, useViewer, type ViewerControl } from './use-viewer.ts';
export { Viewer } from './Viewer.tsx';

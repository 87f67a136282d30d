/** Whether a picture can be put on the clipboard: a secure context is needed (`ux.md` 4.9). */
export const canCopyPictures = (): boolean =>
  window.isSecureContext && typeof ClipboardItem === 'function' && 'write' in navigator.clipboard;

/** Copies text, also on plain HTTP where the clipboard interface is missing. Returns whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // A refused permission falls through to the selected text field.
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

async function toPng(url: string): Promise<Blob> {
  const response = await fetch(url);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('picture not encoded')) : resolve(blob)),
      'image/png',
    );
  });
}

/** Copies the picture at an address as PNG, the one type that every clipboard takes. */
export async function copyPicture(url: string): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': toPng(url) })]);
    return true;
  } catch {
    return false;
  }
}

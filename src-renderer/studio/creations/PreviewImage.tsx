import { useState } from 'react';

interface PreviewImageProps {
  readonly url: string;
  readonly alt: string;
  readonly className?: string | undefined;
  readonly width?: number;
  readonly height?: number;
}

/** A frame of the picture that is being made. The last one may be gone before it was fetched. */
export function PreviewImage({ url, alt, ...rest }: PreviewImageProps) {
  const [goneUrl, setGoneUrl] = useState<string>();
  return goneUrl === url ? null : <img {...rest} src={url} alt={alt} onError={() => setGoneUrl(url)} />;
}

// expect: react-hooks(exhaustive-deps)
import { useEffect } from 'react';
export function useTitle(title: string, set: (title: string) => void): void {
  useEffect(() => set(title), []);
}

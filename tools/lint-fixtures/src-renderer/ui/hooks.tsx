// expect: react-hooks(rules-of-hooks)
import { useState } from 'react';
export function useMaybe(on: boolean): number {
  if (on) {
    const [value] = useState(1);
    return value;
  }
  return 0;
}

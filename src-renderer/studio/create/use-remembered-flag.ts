import { useState } from 'react';

function read(key: string): boolean {
  try {
    return localStorage.getItem(key) === 'true';
  } catch {
    return false;
  }
}

/** A yes or no that this browser remembers, false at first: whether a part of a form is open. */
export function useRememberedFlag(key: string): readonly [boolean, (value: boolean) => void] {
  const [isOn, setIsOn] = useState(() => read(key));
  const set = (value: boolean): void => {
    setIsOn(value);
    try {
      localStorage.setItem(key, String(value));
    } catch {
      // Storage may be forbidden: then it holds until the page goes.
    }
  };
  return [isOn, set];
}

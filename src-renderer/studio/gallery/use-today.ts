import { useEffect, useState } from 'react';
import { dayStart } from './days.ts';

/** Start of the local day, also after midnight. */
export function useToday(): number {
  const [today, setToday] = useState(() => dayStart(Date.now()));
  useEffect(() => {
    const tomorrow = new Date(today);
    tomorrow.setDate(tomorrow.getDate() + 1);
    // One more second: timers may come a little early.
    const timer = window.setTimeout(
      () => setToday(dayStart(Date.now())),
      Math.max(0, tomorrow.getTime() - Date.now()) + 1000,
    );
    return () => window.clearTimeout(timer);
  }, [today]);
  return today;
}

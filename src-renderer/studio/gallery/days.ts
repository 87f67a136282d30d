/** Start of the local day of a moment. */
export function dayStart(epochMs: number): number {
  return new Date(epochMs).setHours(0, 0, 0, 0);
}

/**
 * A day as a heading: today and yesterday by word, others by date, with the year when it is not this
 * one. `day` and `today` are starts of days.
 */
export function dayTitle(
  day: number,
  today: number,
  language: string,
  words: { readonly today: string; readonly yesterday: string },
): string {
  if (day === today) return words.today;
  const date = new Date(today);
  if (day === new Date(today).setDate(date.getDate() - 1)) return words.yesterday;
  const isThisYear = new Date(day).getFullYear() === date.getFullYear();
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(day);
}

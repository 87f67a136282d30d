/** Runs works one after the other, in the order in which they came; one that fails does not stop the next. */
export type Lane = <R>(work: () => Promise<R>) => Promise<R>;

export function createLane(): Lane {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const running = last.then(work, work);
    last = running;
    return running;
  };
}

// expect: typescript(no-floating-promises)
const work = async (): Promise<void> => {};
export function start(): void {
  work();
}

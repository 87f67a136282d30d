// expect: typescript(await-thenable)
export async function wait(value: { readonly size: number }): Promise<void> {
  await value;
}

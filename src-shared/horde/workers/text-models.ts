/** Billions of parameters of a text model by its exact name; undefined for a name it lacks. */
export type TextReference = (name: string) => number | undefined;

/** A trailing mark of how a model was quantised, such as `.i1-Q4_K_M`, `-AWQ` or `-4.0bpw`. */
const quantisation =
  /(?:[-._](?:i1[-.])?(?:iq|q)[2-8](?:_[a-z0-9]+)*|[-._](?:gptq|awq|exl2|gguf)|[-._][0-9.]+bpw)$/i;
const sizeInName = /(?:^|[^0-9a-z.])(?:([0-9]{1,3})x)?([0-9]{1,4}(?:\.[0-9]{1,3})?)([bm])(?![a-z0-9])/i;

/**
 * Billions of parameters of a text model (`queue.md` 8.4): the reference's by name, without owner and
 * backend, without quantisation; else what the name itself says (`8x7B` is the total); else undefined.
 */
export function textModelBillions(model: string, reference?: TextReference): number | undefined {
  const [name = ''] = model.split('::');
  const bare = name.slice(name.lastIndexOf('/') + 1);
  const plain = withoutQuantisation(bare);
  for (const candidate of [name, bare, plain]) {
    const known = reference?.(candidate);
    if (known !== undefined) return known;
  }
  return billionsInName(plain);
}

function withoutQuantisation(name: string): string {
  const shorter = name.replace(quantisation, '');
  return shorter === name ? name : withoutQuantisation(shorter);
}

function billionsInName(name: string): number | undefined {
  const found = sizeInName.exec(name);
  if (!found) return undefined;
  const [, experts = '1', size = '', unit = ''] = found;
  return (Number(experts) * Number(size)) / (unit.toLowerCase() === 'm' ? 1000 : 1);
}

/**
 * Tokens a second below which a text worker counts as slow (`queue.md` 3.3): bigger models may take
 * longer. A model of unknown size is taken for a small one.
 */
export function slowTextSpeed(models: readonly string[], reference?: TextReference): number {
  const [first] = models;
  if (first === undefined) return 3;
  const billions = textModelBillions(first, reference) ?? 1;
  if (billions >= 20) return 3;
  return billions >= 13 ? 4 : 5;
}
